package io.netpoll.benchmarks;

/** Where a peer runs the code that answers a request. */
enum Placement {
  /** On the event loop that read the request. */
  LOOP("loop"),
  /** On a pool of platform threads. */
  POOL("pool"),
  /** On a virtual thread. */
  VIRTUAL("virtual");

  private final String word;

  Placement(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
