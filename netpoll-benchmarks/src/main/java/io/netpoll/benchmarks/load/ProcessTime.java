package io.netpoll.benchmarks.load;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Platform;
import jnr.ffi.annotations.Out;
import org.jspecify.annotations.Nullable;

/**
 * The processor time of processes: by their own clocks, in nanoseconds, where the system has such
 * clocks (Linux), elsewhere in steps of its scheduler.
 */
public final class ProcessTime {
  private static final long OWN = ProcessHandle.current().pid();
  private static final long SECOND = 1_000_000_000;

  /** Words of the system's file about a process, after its name and the bracket. */
  private static final int USER = 11;

  private static final int IN_SYSTEM = 12;

  private static final @Nullable Clocks CLOCKS =
      Platform.getNativePlatform().getOS() == Platform.OS.LINUX
          ? LibraryLoader.create(Clocks.class)
              .load(Platform.getNativePlatform().getStandardCLibraryName())
          : null;

  private ProcessTime() {}

  /** Implemented by jnr-ffi, for which it must be public. */
  public interface Clocks {
    /** Finds the clock of a process's processor time; 0 if there is one. */
    int clock_getcpuclockid(int pid, @Out int[] clock);

    /** Reads a clock into seconds and nanoseconds; 0 if that went well. */
    int clock_gettime(int clock, @Out long[] time);
  }

  /** What a process has used so far, in nanoseconds; 0 if the system does not tell. */
  public static long nanos(long pid) {
    Clocks clocks = CLOCKS;
    if (clocks != null) {
      int[] clock = new int[1];
      long[] time = new long[2];
      if (pid > 0
          && clocks.clock_getcpuclockid((int) pid, clock) == 0
          && clocks.clock_gettime(clock[0], time) == 0) {
        return time[0] * SECOND + time[1];
      }
      return 0;
    }
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().totalCpuDuration())
        .map(Duration::toNanos)
        .orElse(0L);
  }

  /**
   * What a process has used so far in itself and in the system, in ticks of 10 ms; zeros if the
   * system does not tell. Only over a whole run do they say how the two share its time.
   */
  public static long[] ticks(long pid) {
    Path stat = Path.of("/proc", Long.toString(pid), "stat");
    try {
      String line = Files.readString(stat);
      String[] words = line.substring(line.lastIndexOf(')') + 2).split(" ");
      return new long[] {Long.parseLong(words[USER]), Long.parseLong(words[IN_SYSTEM])};
    } catch (IOException none) {
      return new long[2]; // another system, or no process any more
    }
  }

  /** What this process has used so far, in nanoseconds. */
  public static long own() {
    return nanos(OWN);
  }
}
