package io.netpoll.examples.top;

import io.netpoll.BufferMemory;
import io.netpoll.LoopStats;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * What a server tells about itself at one moment; totals since it was started.
 *
 * @param process who tells
 * @param uptimeMillis how long the process runs
 * @param refused connections that the server's limits have refused
 * @param cpuMillis processor time that the process has taken
 * @param threads platform threads of the process
 * @param memory what memory it takes
 * @param loops what each poll loop has done
 */
record Snapshot(
    Process process,
    long uptimeMillis,
    long refused,
    long cpuMillis,
    int threads,
    Memory memory,
    List<LoopStats> loops) {
  private static final String FIRST_LINE = "netpoll-stats 1";

  /**
   * Who tells.
   *
   * @param name of the server command
   * @param pid of the process
   * @param backend of the group that serves
   * @param execution of the group that serves
   * @param processors that the process may use
   */
  record Process(String name, long pid, String backend, String execution, int processors) {}

  /**
   * Memory in bytes.
   *
   * @param heapUsed with what was not collected yet
   * @param heapMax the largest heap
   * @param direct all direct buffers, pages included
   * @param pages those of the library
   */
  record Memory(long heapUsed, long heapMax, long direct, BufferMemory pages) {}

  /** Lines of a key and its values, for programs and people. */
  String text() {
    return String.join(
            "\n",
            FIRST_LINE,
            "server " + process.name(),
            "pid " + process.pid(),
            "backend " + process.backend(),
            "execution " + process.execution(),
            "processors " + process.processors(),
            "uptime-ms " + uptimeMillis,
            "refused " + refused,
            "cpu-ms " + cpuMillis,
            "threads " + threads,
            "heap-used-bytes " + memory.heapUsed(),
            "heap-max-bytes " + memory.heapMax(),
            "direct-bytes " + memory.direct(),
            "pages-held-bytes " + memory.pages().held(),
            "pages-in-use-bytes " + memory.pages().inUse(),
            "pages-limit-bytes " + memory.pages().limit(),
            "# loop number connections opened polls reads read-bytes writes written-bytes")
        + loops.stream().map(Snapshot::line).collect(Collectors.joining())
        + "\nend\n";
  }

  private static String line(LoopStats loop) {
    return "\nloop "
        + loop.number()
        + " "
        + loop.connections()
        + " "
        + loop.opened()
        + " "
        + loop.polls()
        + " "
        + loop.reads()
        + " "
        + loop.bytesRead()
        + " "
        + loop.writes()
        + " "
        + loop.bytesWritten();
  }

  /**
   * Reads what {@link #text} gives; unknown keys are passed over.
   *
   * @throws IllegalArgumentException if it is no complete snapshot
   */
  static Snapshot parse(String text) {
    List<String> lines = text.lines().toList();
    if (lines.isEmpty() || !lines.get(0).equals(FIRST_LINE) || !lines.contains("end")) {
      throw new IllegalArgumentException("This is no snapshot of a server.");
    }
    Map<String, String> values = new HashMap<>();
    List<LoopStats> loops = new ArrayList<>();
    for (String line : lines) {
      String[] words = line.split(" ", 2);
      if (words[0].equals("loop")) {
        loops.add(loop(words[1].split(" ")));
      } else if (words.length == 2) {
        values.put(words[0], words[1]);
      }
    }
    return of(new Values(values), loops);
  }

  private static LoopStats loop(String[] words) {
    if (words.length < 8) {
      throw new IllegalArgumentException("A line about a loop has 8 numbers.");
    }
    return new LoopStats(
        Integer.parseInt(words[0]),
        Integer.parseInt(words[1]),
        Long.parseLong(words[2]),
        Long.parseLong(words[3]),
        Long.parseLong(words[4]),
        Long.parseLong(words[5]),
        Long.parseLong(words[6]),
        Long.parseLong(words[7]));
  }

  private static Snapshot of(Values values, List<LoopStats> loops) {
    Process process =
        new Process(
            values.word("server"),
            values.number("pid"),
            values.word("backend"),
            values.word("execution"),
            (int) values.number("processors"));
    BufferMemory pages =
        new BufferMemory(
            values.number("pages-held-bytes"),
            values.number("pages-in-use-bytes"),
            values.number("pages-limit-bytes"));
    Memory memory =
        new Memory(
            values.number("heap-used-bytes"),
            values.number("heap-max-bytes"),
            values.number("direct-bytes"),
            pages);
    return new Snapshot(
        process,
        values.number("uptime-ms"),
        values.number("refused"),
        values.number("cpu-ms"),
        (int) values.number("threads"),
        memory,
        loops);
  }

  /** The lines of one value. */
  private record Values(Map<String, String> byKey) {
    String word(String key) {
      String value = byKey.get(key);
      if (value == null) {
        throw new IllegalArgumentException("The snapshot has no " + key + ".");
      }
      return value;
    }

    long number(String key) {
      return Long.parseLong(word(key));
    }
  }
}
