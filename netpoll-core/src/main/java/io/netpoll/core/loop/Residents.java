package io.netpoll.core.loop;

/**
 * What lives on a {@link PollLoop} and ends with it. Its retry is the sweep that follows a failure:
 * it looks over all, takes each to its next state or resets it, and throws nothing. Leader only.
 */
public abstract class Residents extends RetryQueue.Step {

  /** The loop closes: all must end soon. */
  public abstract void resetAll();

  /** The poller is closed: tells those that the poller has not told. Throws nothing. */
  public abstract void endAll();

  @Override
  public void abandon() {
    // A loop that ends tells all of them that they are closed.
  }
}
