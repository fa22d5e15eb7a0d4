package io.netpoll.benchmarks.suite;

/**
 * What one slice of time has shown of one server.
 *
 * @param generation of processes
 * @param round within the generation; the slices of a round are pairs
 * @param rate requests a second
 * @param cpuNanos processor time of the server for a request
 * @param p50 nanoseconds
 * @param p99 nanoseconds
 * @param disturbed whether the machine did something else meanwhile, by the rule of {@link
 *     Disturbance}
 */
record Slice(
    int generation,
    int round,
    double rate,
    double cpuNanos,
    double p50,
    double p99,
    boolean disturbed) {

  /** Requests a second of processor time. */
  double capacity() {
    return 1e9 / cpuNanos;
  }
}
