package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.time.Duration;

/**
 * One of those that a row compares, alive, and stopped as a process but in its slices. One thread
 * uses it.
 */
interface Runner {
  /** Its name. */
  String name();

  /**
   * Lets it go on for a while, measures it, and stops it.
   *
   * @param generation of processes
   * @param round within the generation
   * @throws IOException if it failed; it cannot be used any more
   */
  Slice measure(int generation, int round, Duration duration) throws IOException;
}
