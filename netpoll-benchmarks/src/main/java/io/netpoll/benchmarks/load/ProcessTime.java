package io.netpoll.benchmarks.load;

import com.sun.management.OperatingSystemMXBean;
import java.lang.management.ManagementFactory;
import java.time.Duration;

/** The processor time of processes. */
public final class ProcessTime {
  private static final OperatingSystemMXBean SYSTEM =
      ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);

  private ProcessTime() {}

  /** What a process has used so far, in nanoseconds; 0 if the system does not tell. */
  public static long nanos(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(Duration::toNanos)
        .orElse(0L);
  }

  /** What this process has used so far, in nanoseconds. */
  public static long own() {
    return SYSTEM.getProcessCpuTime();
  }
}
