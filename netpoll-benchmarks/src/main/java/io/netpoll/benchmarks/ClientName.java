package io.netpoll.benchmarks;

/** The clients, by the names of the command line. */
enum ClientName {
  OURS("ours"),
  NETTY_EPOLL("netty-epoll"),
  NETTY_NIO("netty-nio"),
  JDK_VIRTUAL("jdk-virtual"),
  JDK_PLATFORM("jdk-platform"),
  JDK_TIMEOUT("jdk-timeout");

  private final String word;

  ClientName(String word) {
    this.word = word;
  }

  /** Whether the name says already which threads call. */
  boolean isJdk() {
    return this == JDK_VIRTUAL || this == JDK_PLATFORM || this == JDK_TIMEOUT;
  }

  @Override
  public String toString() {
    return word;
  }
}
