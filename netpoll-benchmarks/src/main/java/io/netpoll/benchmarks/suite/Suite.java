package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Makes all comparisons that are asked for, and writes what came out after each round. */
final class Suite {
  private static final double QUIET = 1;

  private final Settings settings;
  private final Launcher launcher;
  private final PrintWriter out;

  Suite(Settings settings, Launcher launcher, PrintWriter out) {
    this.settings = settings;
    this.launcher = launcher;
    this.out = out;
  }

  /** Runs from the beginning to the end. */
  Results run() throws IOException, InterruptedException {
    Map<String, String> facts = Machine.facts();
    Results results = new Results(some -> write(facts, some));
    if (Machine.load() > QUIET) {
      results.remark(
          "The machine was not quiet when this began: repeat it before you believe any figure.");
    }
    List<Part> parts = parts();
    Progress progress = new Progress(out, parts.stream().mapToInt(Part::steps).sum());
    try {
      for (Part part : parts) {
        part.run(results, progress);
      }
    } finally {
      progress.close();
    }
    return results;
  }

  private List<Part> parts() {
    List<Part> parts = new ArrayList<>();
    for (int burn : settings.burns()) {
      parts.add(new LoadPart(settings, launcher, burn));
      if (settings.scenarios().contains(Scenario.CLIENTS)) {
        parts.add(new ClientPart(settings, launcher, burn));
      }
    }
    if (settings.scenarios().contains(Scenario.MEMORY)) {
      parts.add(new MemoryPart(settings, launcher));
    }
    if (settings.scenarios().contains(Scenario.STARTUP)) {
      parts.add(new StartUpPart(settings, launcher));
    }
    return parts;
  }

  private void write(Map<String, String> facts, Results results) throws IOException {
    Files.createDirectories(settings.out());
    Files.writeString(settings.out().resolve("suite.json"), Json.of(facts, results));
    Files.writeString(settings.out().resolve("README.md"), Markdown.of(facts, how(), results));
    Charts.write(results, settings.out());
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
