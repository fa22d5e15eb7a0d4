package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * Makes all comparisons that are asked for, and writes what came out after each round, together
 * with what earlier sessions have left in the same directory.
 */
final class Suite {
  private static final double QUIET = 1;

  private final Settings settings;
  private final Launcher launcher;
  private final Report report;
  private final PrintWriter out;

  Suite(Settings settings, Launcher launcher, Report report, PrintWriter out) {
    this.settings = settings;
    this.launcher = launcher;
    this.report = report;
    this.out = out;
  }

  /**
   * Runs from the beginning to the end. A part that fails is left out with a remark.
   *
   * @param limit when nothing more begins
   * @param leftOut what there is no time for
   */
  Results run(Duration limit, List<Comparison> leftOut) throws IOException, InterruptedException {
    Results results = new Results(report.read(), session(), report::write);
    if (Machine.load() > QUIET) {
      results.remark(
          "The machine was not quiet when this began: repeat it before you believe any figure.");
    }
    if (!leftOut.isEmpty()) {
      results.remark("There was no time for these: " + leftOut + ".");
    }
    List<Part> parts = Parts.of(settings, launcher);
    Progress progress = new Progress(out, Parts.estimate(parts), limit);
    try {
      for (Part part : parts) {
        run(part, results, progress);
      }
    } finally {
      progress.close();
    }
    return results;
  }

  private static void run(Part part, Results results, Progress progress)
      throws IOException, InterruptedException {
    try {
      part.run(results, progress);
    } catch (IOException | RuntimeException e) {
      results.remark("A part ended early: " + e);
      results.roundIsOver();
    }
  }

  private Session session() throws IOException {
    Map<String, String> facts = Machine.facts();
    facts.put("how", how());
    return new Session(Instant.now().truncatedTo(ChronoUnit.SECONDS).toString(), facts);
  }

  private String how() {
    return String.format(
        Locale.ROOT,
        "%d rounds of %.1f s, each after %.1f s of the same load; %s",
        settings.rounds(),
        settings.measured().toNanos() / 1e9,
        settings.settle().toNanos() / 1e9,
        launcher.description());
  }
}
