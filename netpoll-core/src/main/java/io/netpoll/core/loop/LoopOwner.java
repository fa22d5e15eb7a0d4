package io.netpoll.core.loop;

/** Has opened a {@link PollLoop}, and learns of its end. The leader calls its methods. */
public interface LoopOwner {

  /**
   * The loop cannot go on. Called before it refuses anything, so that a thread that is refused
   * finds another loop.
   */
  void loopBreaks();

  /** The loop has ended. */
  void loopEnded();
}
