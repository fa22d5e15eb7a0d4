package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.time.Duration;

/** Rows that are measured together. */
interface Part {
  /** How long a generation takes, about. */
  Duration estimate();

  /**
   * Measures a generation of fresh processes, and ends them. One that cannot take part is left out
   * with a remark.
   */
  void run(int generation, Measured measured, Progress progress)
      throws IOException, InterruptedException;
}
