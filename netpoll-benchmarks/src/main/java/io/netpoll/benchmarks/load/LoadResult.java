package io.netpoll.benchmarks.load;

import java.util.Locale;
import org.HdrHistogram.Histogram;

/**
 * What was measured.
 *
 * @param latencies nanoseconds from when each request was due to when its answer was complete
 * @param answers how many answers there were; a part of one counts as such
 * @param bytes bytes of the payloads that came back
 * @param nanos how long it was measured
 * @param waiting connections with a request that had no answer for the last second
 * @param serverNanos processor time that the server took, or 0 if it was not known
 * @param ownNanos processor time that this process took; 0 with a rate, where it never sleeps
 * @param beside answers to the load that went beside it
 */
public record LoadResult(
    Histogram latencies,
    double answers,
    long bytes,
    long nanos,
    int waiting,
    long serverNanos,
    long ownNanos,
    long beside) {

  /** Answers a second. */
  public double rate() {
    return answers * 1e9 / nanos;
  }

  /** Answers a second to the load beside it. */
  public double besideRate() {
    return beside * 1e9 / nanos;
  }

  /** Bytes of payload a second, in one direction. */
  public double bytesPerSecond() {
    return bytes * 1e9 / nanos;
  }

  /** A percentile of the latencies, in microseconds. */
  public double micros(double percentile) {
    return latencies.getValueAtPercentile(percentile) / 1e3;
  }

  /** Processor time of the server for a request of either load, in microseconds. */
  public double serverMicros() {
    return serverNanos / 1e3 / Math.max(1, answers + beside);
  }

  /** How much of a processor this process took, 1 for all. */
  public double ownShare() {
    return (double) ownNanos / nanos;
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "rate=%.0f mb_s=%.1f p50_us=%.1f p99_us=%.1f p99.9_us=%.1f max_us=%.1f waiting=%d"
            + " server_cpu_us=%.2f own_cpu=%.2f",
        rate(),
        bytesPerSecond() / 1e6,
        micros(50),
        micros(99),
        micros(99.9),
        micros(100),
        waiting,
        serverMicros(),
        ownShare());
  }
}
