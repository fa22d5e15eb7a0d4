package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.time.Duration;

/** Comparisons that are made together. */
interface Part {
  /** How long it takes, about. */
  Duration estimate();

  /**
   * Makes them. Who cannot take part is left out with a remark, and so is what the time does not
   * suffice for.
   *
   * @throws IOException if what was measured cannot be written
   */
  void run(Results results, Progress progress) throws IOException, InterruptedException;
}
