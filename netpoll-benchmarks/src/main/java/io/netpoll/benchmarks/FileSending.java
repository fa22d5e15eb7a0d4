package io.netpoll.benchmarks;

/** How Netty's peers send a file, by the names of the command line. */
enum FileSending {
  /** The system moves its bytes to the socket. */
  REGION("region"),
  /** It is read into buffers, which are sent. */
  CHUNKED("chunked");

  private final String word;

  FileSending(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
