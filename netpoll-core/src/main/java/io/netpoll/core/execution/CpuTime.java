package io.netpoll.core.execution;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;

/** How long threads have computed. Loaded at the first question, which is rarely asked. */
final class CpuTime {
  static final long UNKNOWN = -1;

  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final boolean KNOWN =
      THREADS.isThreadCpuTimeSupported() && THREADS.isThreadCpuTimeEnabled();

  private CpuTime() {}

  /**
   * The processor time of a thread so far, if it computes or waits for a processor.
   *
   * @return in nanoseconds; {@link #UNKNOWN} if the thread waits for something else, or this
   *     platform does not know
   */
  static long ifRunnable(Thread thread) {
    return KNOWN && thread.getState() == Thread.State.RUNNABLE
        ? THREADS.getThreadCpuTime(thread.getId())
        : UNKNOWN;
  }
}
