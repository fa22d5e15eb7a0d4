package io.netpoll.benchmarks.suite;

import java.io.IOException;

/** Comparisons that are made together. */
interface Part {
  /** How many steps of the progress it takes. */
  int steps();

  /**
   * Makes them. Who cannot take part is left out with a remark.
   *
   * @throws IOException if a process cannot be started or spoken to
   */
  void run(Results results, Progress progress) throws IOException, InterruptedException;
}
