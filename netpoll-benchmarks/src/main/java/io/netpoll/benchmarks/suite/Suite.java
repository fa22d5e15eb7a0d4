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
  private boolean isWell = true;

  /** Whoever is told that a generation is over. */
  interface Keeper {
    /** Takes the slices of the self-check. */
    void isChecked(Measured check) throws IOException;

    void generationIsOver(Measured measured, int made) throws IOException;
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
   * @param limit no generation begins after the first that would not be over by then, as long as
   *     the last one took
   * @return whether the check was passed, and no part ended early
   */
  boolean run(Optional<ServerPart> check, Duration limit) throws IOException, InterruptedException {
    long start = System.nanoTime();
    if (Machine.load() > QUIET) {
      measured.remark("The machine was not quiet when this began.");
    }
    Duration all = Parts.estimate(parts).multipliedBy(settings.generations()).plus(estimate(check));
    Progress progress = new Progress(out, all);
    try {
      isWell = check.isEmpty() || isBelieved(check.get(), progress);
      long last = 0;
      for (int generation = 0; generation < settings.generations(); generation++) {
        long begun = System.nanoTime();
        if (generation > 0 && begun + last - start > limit.toNanos()) {
          break;
        }
        for (Part part : parts) {
          run(part, generation, progress);
        }
        keeper.generationIsOver(measured, generation + 1);
        last = System.nanoTime() - begun;
      }
      return isWell;
    } finally {
      progress.close();
    }
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
    keeper.isChecked(checked);
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
    } catch (IOException | RuntimeException | OutOfMemoryError e) {
      isWell = false;
      measured.remark("A part ended early: " + e);
    }
  }
}
