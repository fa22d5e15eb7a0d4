package io.netpoll.benchmarks;

/** When the JDK's blocking peers and ours send their answers. */
enum Sending {
  /** Once all complete frames that were received together are answered. */
  BATCH("batch"),
  /** After every frame. */
  FRAME("frame");

  private final String word;

  Sending(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
