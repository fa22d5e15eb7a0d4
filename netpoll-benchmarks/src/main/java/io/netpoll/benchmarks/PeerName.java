package io.netpoll.benchmarks;

/** The peers, by the names of the command line. */
enum PeerName {
  NETTY_EPOLL("netty-epoll"),
  NETTY_NIO("netty-nio"),
  NETTY_IOURING("netty-iouring"),
  JDK_VIRTUAL("jdk-virtual");

  private final String word;

  PeerName(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
