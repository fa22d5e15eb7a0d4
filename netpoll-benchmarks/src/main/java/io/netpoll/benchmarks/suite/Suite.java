package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.io.PrintWriter;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * Measures all parts of a generation after the other, and keeps what was measured after each, so
 * that a session that ends early leaves figures of everything.
 */
final class Suite {
  private static final double QUIET = 1;

  private final Settings settings;
  private final List<Part> parts;
  private final Keeper keeper;
  private final PrintWriter out;
  private final Measured measured;

  /** Whoever is told that a generation is over. */
  interface Keeper {
    void generationIsOver(Measured measured) throws IOException;
  }

  Suite(Settings settings, List<Part> parts, Keeper keeper, PrintWriter out) {
    this.settings = settings;
    this.parts = parts;
    this.keeper = keeper;
    this.out = out;
    measured = new Measured(settings.keepsDisturbed());
  }

  /**
   * Runs from the beginning to the end.
   *
   * @param check what shows first whether the machine can be believed; nothing to leave it out
   * @param limit no generation begins that would not be over by then
   * @return whether the check was passed
   */
  boolean run(Optional<ServerPart> check, Duration limit) throws IOException, InterruptedException {
    if (Machine.load() > QUIET) {
      measured.remark("The machine was not quiet when this began.");
    }
    int generations = generations(check, limit);
    if (generations < settings.generations()) {
      measured.remark(
          "There was time for " + generations + " of " + settings.generations() + " generations.");
    }
    Duration all = Parts.estimate(parts).multipliedBy(generations).plus(estimate(check));
    Progress progress = new Progress(out, all);
    try {
      boolean believed = check.isEmpty() || isBelieved(check.get(), progress);
      for (int generation = 0; generation < generations; generation++) {
        for (Part part : parts) {
          run(part, generation, progress);
        }
        keeper.generationIsOver(measured);
      }
      return believed;
    } finally {
      progress.close();
    }
  }

  private int generations(Optional<ServerPart> check, Duration limit) {
    long left = limit.minus(estimate(check)).toMillis();
    long each = Math.max(1, Parts.estimate(parts).toMillis());
    return (int) Math.max(1, Math.min(settings.generations(), left / each));
  }

  private Duration estimate(Optional<ServerPart> check) {
    return check
        .map(part -> part.estimate().multipliedBy(settings.generations()))
        .orElse(Duration.ZERO);
  }

  private boolean isBelieved(ServerPart part, Progress progress) throws IOException {
    Measured checked = new Measured(settings.keepsDisturbed());
    for (int generation = 0; generation < settings.generations(); generation++) {
      part.run(generation, checked, progress);
    }
    Optional<SelfCheck> check = SelfCheck.of(checked);
    String said =
        check
            .map(SelfCheck::toString)
            .orElse("self-check: FAILED: no slice was undisturbed. " + checked.remarks());
    out.println(said);
    out.flush();
    measured.remark(said + ".");
    return check.isPresent() && check.get().isPassed();
  }

  private void run(Part part, int generation, Progress progress) throws InterruptedException {
    try {
      part.run(generation, measured, progress);
    } catch (IOException | RuntimeException e) {
      measured.remark("A part ended early: " + e);
    }
  }
}
