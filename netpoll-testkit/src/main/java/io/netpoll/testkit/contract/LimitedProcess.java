package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** A virtual machine of its own, with a low limit on descriptors. */
final class LimitedProcess {
  private static final int DESCRIPTORS = 256;
  private static final int PATIENCE_SECONDS = 120;
  private static final int FUTILE_ATTEMPTS = 20;

  private LimitedProcess() {}

  /**
   * Runs a class of the class path to its end; skips the test where a shell cannot set the limit.
   *
   * @param main the class
   * @param directory for what the process writes
   * @param arguments of its main method
   * @return the lines that it printed
   */
  static List<String> run(Class<?> main, Path directory, String... arguments) throws Exception {
    return runWith(List.of(), main, directory, arguments);
  }

  /**
   * Runs a class, with options of the virtual machine.
   *
   * @param options such as a limit on memory
   * @param main the class
   * @param directory for what the process writes
   * @param arguments of its main method
   * @return the lines that it printed
   */
  static List<String> runWith(
      List<String> options, Class<?> main, Path directory, String... arguments) throws Exception {
    assumeTrue(Files.isDirectory(Path.of("/proc/self/fd")), "No shell sets a limit here.");
    Path output = directory.resolve("output");
    Path errors = directory.resolve("errors");
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "ulimit -n " + DESCRIPTORS + "; exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(options);
    command.addAll(List.of("-XX:TieredStopAtLevel=1", "-cp"));
    command.addAll(List.of(System.getProperty("java.class.path"), main.getName()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectOutput(output.toFile())
            .redirectError(errors.toFile())
            .start();
    try {
      boolean ended = process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
      assertThat(ended && process.exitValue() == 0)
          .as(
              "ended in order, and printed %s%s",
              Files.readString(output), Files.readString(errors))
          .isTrue();
      return Files.readAllLines(output);
    } finally {
      process.destroy();
    }
  }

  /**
   * Within the process: opens files until no descriptor is left, nor one that another thread gives
   * back a moment later, as the virtual machine's own do that read a class or a limit.
   */
  static List<FileInputStream> takeAllDescriptors() {
    List<FileInputStream> files = new ArrayList<>();
    for (int futile = 0; futile < FUTILE_ATTEMPTS; futile++) {
      if (takeAll(files)) {
        futile = 0;
      }
      LockSupport.parkNanos(1_000_000);
    }
    return files;
  }

  private static boolean takeAll(List<FileInputStream> files) {
    int before = files.size();
    try {
      while (true) {
        files.add(new FileInputStream("/dev/null"));
      }
    } catch (IOException full) {
      return files.size() > before;
    }
  }

  /** Within the process: closes them. */
  static void release(List<FileInputStream> files) throws IOException {
    for (FileInputStream file : files) {
      file.close();
    }
    files.clear();
  }
}
