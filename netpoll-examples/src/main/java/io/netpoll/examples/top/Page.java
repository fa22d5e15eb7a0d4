package io.netpoll.examples.top;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;

/** Writes what is known of a server as lines of 80 characters at most. */
final class Page {
  /** So many loops fit on a small terminal; of more, the busiest are shown. */
  private static final int MOST_LOOPS = 8;

  private static final String COLUMNS = "%7s %7s %9s %8s %8s %12s %9s %12s";

  private Page() {}

  /**
   * The whole page.
   *
   * @param rates of the last second
   * @param history of the reads, or an empty one
   */
  static List<String> of(Rates rates, History history) {
    List<Rates.Line> loops = rates.lines();
    Rates.Line all = Rates.total(loops);
    List<String> page = new ArrayList<>(heading(rates, all));
    if (history.peak() > 0) {
      page.add("reads/s  " + history.draw() + " peak " + Numbers.count(history.peak()));
    }
    page.add("");
    page.add(
        String.format(
            COLUMNS,
            "LOOP",
            "CONNS",
            "OPENED/S",
            "POLLS/S",
            "READS/S",
            "IN/S",
            "WRITES/S",
            "OUT/S"));
    page.add(row("all", all));
    addLoops(page, rates, loops);
    return page;
  }

  private static List<String> heading(Rates rates, Rates.Line all) {
    Snapshot now = rates.now();
    Snapshot.Process process = now.process();
    Snapshot.Memory memory = now.memory();
    return List.of(
        process.name()
            + "   pid "
            + process.pid()
            + "   up "
            + Numbers.duration(now.uptimeMillis())
            + "   "
            + process.backend()
            + ", "
            + process.execution()
            + ", "
            + counted(now.loops().size(), "loop"),
        "",
        "open     " + counted(all.connections(), "connection") + ", " + now.refused() + " refused",
        String.format(
            Locale.ROOT,
            "cpu      %.2f of %s, %d threads",
            rates.processors(),
            counted(process.processors(), "processor"),
            now.threads()),
        "heap     " + used(memory.heapUsed()) + atMost(memory.heapMax()),
        "direct   " + used(memory.direct()),
        "pages    "
            + used(memory.pages().inUse())
            + ", "
            + Numbers.bytes(memory.pages().held())
            + " held"
            + atMost(memory.pages().limit()));
  }

  private static String used(long bytes) {
    return Numbers.bytes(bytes) + " in use";
  }

  private static String atMost(long bytes) {
    return ", " + Numbers.bytes(bytes) + " at most";
  }

  private static String counted(int n, String noun) {
    return n + " " + noun + (n == 1 ? "" : "s");
  }

  private static void addLoops(List<String> page, Rates rates, List<Rates.Line> loops) {
    List<Integer> shown =
        IntStream.range(0, loops.size())
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -loops.get(i).reads()))
            .limit(MOST_LOOPS)
            .sorted()
            .toList();
    for (int i : shown) {
      page.add(row(Integer.toString(rates.now().loops().get(i).number()), loops.get(i)));
    }
    if (shown.size() < loops.size()) {
      page.add("and " + (loops.size() - shown.size()) + " loops more, which read less");
    }
  }

  private static String row(String loop, Rates.Line line) {
    return String.format(
        COLUMNS,
        loop,
        line.connections(),
        Numbers.count(line.opened()),
        Numbers.count(line.polls()),
        Numbers.count(line.reads()),
        Numbers.bytes(line.bytesIn()),
        Numbers.count(line.writes()),
        Numbers.bytes(line.bytesOut()));
  }

  /** What stands over the lines of {@link #line}. */
  static String lineHeading() {
    return "uptime_s conns opened/s polls/s reads/s in_bytes/s writes/s out_bytes/s cpu heap_bytes"
        + " pages_bytes";
  }

  /** One line of plain numbers, for programs. */
  static String line(Rates rates) {
    Rates.Line all = Rates.total(rates.lines());
    Snapshot now = rates.now();
    return String.format(
        Locale.ROOT,
        "%d %d %.0f %.0f %.0f %.0f %.0f %.0f %.2f %d %d",
        now.uptimeMillis() / 1000,
        all.connections(),
        all.opened(),
        all.polls(),
        all.reads(),
        all.bytesIn(),
        all.writes(),
        all.bytesOut(),
        rates.processors(),
        now.memory().heapUsed(),
        now.memory().pages().inUse());
  }
}
