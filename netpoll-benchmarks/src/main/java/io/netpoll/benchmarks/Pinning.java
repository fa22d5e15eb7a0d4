package io.netpoll.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Gives processes processors of their own, where {@code taskset} exists. */
public final class Pinning {
  private Pinning() {}

  /** Moves all threads of this process to a processor; false where that cannot be done. */
  public static boolean pinThisProcess(int cpu) throws InterruptedException {
    if (Runtime.getRuntime().availableProcessors() < 2 || !Files.isDirectory(Path.of("/proc"))) {
      return false;
    }
    try {
      Process taskset =
          new ProcessBuilder(
                  "taskset",
                  "-a",
                  "-c",
                  "-p",
                  Integer.toString(cpu),
                  Long.toString(ProcessHandle.current().pid()))
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return taskset.waitFor() == 0;
    } catch (IOException none) {
      return false;
    }
  }
}
