package io.netpoll.testkit;

import java.util.Arrays;

/** Tells whether a thread waits, in whichever way. Any thread. */
public final class WaitingThreads {
  private WaitingThreads() {}

  /**
   * Whether a thread waits: parked, in a monitor or asleep, or in the system for its own socket,
   * where the virtual machine takes it for runnable.
   *
   * @param thread any thread
   * @return true if it waited a moment ago
   */
  public static boolean waits(Thread thread) {
    Thread.State state = thread.getState();
    return state == Thread.State.WAITING
        || state == Thread.State.TIMED_WAITING
        || Arrays.stream(thread.getStackTrace())
            .anyMatch(frame -> frame.getMethodName().equals("awaitInput"));
  }
}
