package io.netpoll.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/** Says what memory this process uses, whenever it is asked. */
final class MemoryReport {
  private static final Path STATUS = Path.of("/proc/self/status");

  private MemoryReport() {}

  /**
   * Answers every line of {@code questions} with one of {@code answers}: {@code heap=BYTES
   * resident=BYTES}, the live heap and what the process has in memory, 0 where the system does not
   * tell. Returns at the end of the questions.
   */
  static void onEveryLine(InputStream questions, PrintStream answers) throws IOException {
    BufferedReader lines =
        new BufferedReader(new InputStreamReader(questions, StandardCharsets.UTF_8));
    while (lines.readLine() != null) {
      answers.println("heap=" + liveHeap() + " resident=" + resident());
      answers.flush();
    }
  }

  private static long liveHeap() {
    System.gc();
    System.gc(); // what the first one enqueued for cleaning is gone after the second
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  private static long resident() throws IOException {
    List<String> status = Files.isReadable(STATUS) ? Files.readAllLines(STATUS) : List.of();
    for (String line : status) {
      if (line.startsWith("VmRSS:")) {
        return Long.parseLong(line.replaceAll("\\D", "")) << 10;
      }
    }
    return 0;
  }
}
