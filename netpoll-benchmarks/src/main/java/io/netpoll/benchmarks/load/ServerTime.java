package io.netpoll.benchmarks.load;

import java.time.Duration;

/** The processor time of another process. */
final class ServerTime {
  private ServerTime() {}

  /** What a process has used so far, in nanoseconds; 0 if the system does not tell. */
  static long nanos(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(Duration::toNanos)
        .orElse(0L);
  }
}
