package io.netpoll.core.group;

/** Thrown by a {@link SteppedPoller} in place of sleeping, to end the test's leadership. */
final class WouldSleep extends Error {
  private static final long serialVersionUID = 1;

  static final WouldSleep ERROR = new WouldSleep();

  private WouldSleep() {
    super("the loop would sleep", null, false, false);
  }
}
