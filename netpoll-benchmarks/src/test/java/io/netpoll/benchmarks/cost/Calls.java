package io.netpoll.benchmarks.cost;

import java.util.concurrent.atomic.LongAdder;

/** The kinds of system calls, and how many of them there were in this process. */
enum Calls {
  POLL,
  READ,
  WRITE,
  OTHER;

  private final LongAdder count = new LongAdder();

  void add() {
    count.increment();
  }

  /** How many there were so far, by ordinal. */
  static long[] counts() {
    Calls[] all = values();
    long[] counts = new long[all.length];
    for (Calls each : all) {
      counts[each.ordinal()] = each.count.sum();
    }
    return counts;
  }
}
