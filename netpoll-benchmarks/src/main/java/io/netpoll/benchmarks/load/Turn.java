package io.netpoll.benchmarks.load;

/** Where the next request goes when an answer has come. */
public enum Turn {
  /** The connection of the answer. */
  OWN("own"),
  /** The connection that has been idle for longest; that of the answer becomes idle. */
  ROTATING("rotating"),
  /** A new connection; that of the answer is closed. */
  FRESH("fresh");

  private final String word;

  Turn(String word) {
    this.word = word;
  }

  @Override
  public String toString() {
    return word;
  }
}
