package io.netpoll.benchmarks;

/** The peers, by the names of the command line. */
enum PeerName {
  OURS_EPOLL("ours-epoll"),
  OURS_NIO("ours-nio"),
  NETTY_EPOLL("netty-epoll"),
  NETTY_NIO("netty-nio"),
  NETTY_IOURING("netty-iouring"),
  /** Which receives into buffers that it has given the kernel beforehand. */
  NETTY_IOURING_RING("netty-iouring-ring"),
  JDK_VIRTUAL("jdk-virtual"),
  JDK_PLATFORM("jdk-platform"),
  JDK_ASYNC("jdk-async");

  private final String word;

  PeerName(String word) {
    this.word = word;
  }

  /** Whether it is Netpoll. */
  boolean isOurs() {
    return this == OURS_EPOLL || this == OURS_NIO;
  }

  /** Whether it is Netty. */
  boolean isNetty() {
    return word.startsWith("netty-");
  }

  /** Whether it is the JDK's blocking channels. */
  boolean isBlocking() {
    return this == JDK_VIRTUAL || this == JDK_PLATFORM;
  }

  /** The name without what it begins with: for ours, the backend. */
  String backend() {
    return word.substring(word.indexOf('-') + 1);
  }

  @Override
  public String toString() {
    return word;
  }
}
