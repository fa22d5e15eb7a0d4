package io.netpoll.testkit.proxy;

/** What may happen to one direction of a connection after a number of bytes. */
public enum Incident {
  /** Nothing. */
  NONE(true),
  /** Nothing is passed on for a while, then it goes on. */
  STALL(true),
  /** Both sides are reset (RST). */
  RESET(false),
  /** Both sides see the end (FIN), in the middle of whatever they are at; what comes is dropped. */
  END(false),
  /** The receiver sees the end (FIN), what still comes for it is dropped; the other way goes on. */
  HALF_CLOSE(false),
  /**
   * Everything further is dropped without a word, the sender's end or reset too; the other way goes
   * on.
   */
  BLACK_HOLE(false);

  private final boolean delivers;

  Incident(boolean delivers) {
    this.delivers = delivers;
  }

  /**
   * Whether all bytes arrive all the same.
   *
   * @return true if none is dropped
   */
  public boolean delivers() {
    return delivers;
  }
}
