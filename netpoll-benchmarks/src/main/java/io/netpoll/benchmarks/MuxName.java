package io.netpoll.benchmarks;

/** How callers share connections, by the names of the command line. */
enum MuxName {
  OURS("ours"),
  OURS_POOL("ours-pool"),
  NETTY_EPOLL("netty-epoll"),
  NETTY_NIO("netty-nio");

  private final String word;

  MuxName(String word) {
    this.word = word;
  }

  /** Whether it is this library's. */
  boolean isOurs() {
    return this == OURS || this == OURS_POOL;
  }

  @Override
  public String toString() {
    return word;
  }
}
