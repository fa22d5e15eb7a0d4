package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The threads of a virtual machine that compile, by the names that the system knows them by. While
 * they are busy, a server on the same processor shows them rather than itself. A process that has
 * none, and a system that does not tell, have compilers that never work.
 */
final class Compilers {
  private static final List<String> NAMES = List.of("C1 Compiler", "C2 Compiler");

  private final List<Path> times;

  private Compilers(List<Path> times) {
    this.times = times;
  }

  /** Those that a process has now. */
  static Compilers of(long pid) throws IOException {
    Path threads = Path.of("/proc", Long.toString(pid), "task");
    List<Path> times = new ArrayList<>();
    if (Files.isDirectory(threads)) {
      try (DirectoryStream<Path> all = Files.newDirectoryStream(threads)) {
        for (Path thread : all) {
          String name = read(thread.resolve("comm"));
          if (NAMES.stream().anyMatch(name::startsWith)) {
            times.add(thread.resolve("schedstat"));
          }
        }
      }
    }
    return new Compilers(times);
  }

  /** Nanoseconds of processor time that they have used so far. */
  long nanos() {
    long nanos = 0;
    for (Path time : times) {
      String told = read(time);
      if (!told.isEmpty()) {
        nanos += Long.parseLong(told.substring(0, told.indexOf(' ')));
      }
    }
    return nanos;
  }

  /** What a file of the system says; nothing once its thread has ended. */
  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException ended) {
      return "";
    }
  }
}
