package io.netpoll.benchmarks.suite;

import java.io.IOException;

/** Measures round by round, as long as there is time, and keeps what was measured after each. */
final class Rounds {
  private Rounds() {}

  /** One round. */
  interface Round {
    void measure(int round) throws IOException, InterruptedException;
  }

  /**
   * Makes rounds.
   *
   * @param first the number of the first one; those below 0 do not count
   * @param end the number after the last one
   * @param what the comparison, for the remark that its rounds were not made
   */
  static void run(int first, int end, Object what, Results results, Progress progress, Round round)
      throws IOException, InterruptedException {
    for (int number = first; number < end; number++) {
      if (progress.isLate()) {
        results.remark(
            "The time was up when "
                + Math.max(0, number)
                + " of "
                + end
                + " rounds of "
                + what
                + " were made.");
        results.roundIsOver();
        return;
      }
      round.measure(number);
      results.roundIsOver();
    }
  }
}
