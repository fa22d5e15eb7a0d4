package io.netpoll.client;

/**
 * Decides whether a producer that became the sender first lets other threads run once, so that
 * their messages leave with its own. The sender only.
 *
 * <p>Callers that were woken together, by answers that came together, run one after the other where
 * there are more of them than processors. The first that puts would send alone; it yields, the
 * others put, and one system call sends all. Where that gathers nothing it is left out the next
 * times, each time about twice as many, since beside threads that compute a yield may take long.
 */
final class AdaptiveYield {
  private static final int MOST_LEFT_OUT = 255;

  /** How many times it is still to be left out. */
  private int left;

  /** How many times it was to be left out when it last gathered nothing. */
  private int leftOut;

  private boolean yielded;

  /** Whether the sender should yield before it sends. */
  boolean isDue() {
    yielded = left == 0;
    if (!yielded) {
      left--;
    }
    return yielded;
  }

  /** Learns whether several messages left together, yielded for or not. */
  void sent(boolean several) {
    if (several) {
      left = 0;
      leftOut = 0;
    } else if (yielded) {
      leftOut = Math.min(MOST_LEFT_OUT, 2 * leftOut + 1);
      left = leftOut;
    }
    yielded = false;
  }
}
