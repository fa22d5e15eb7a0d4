package io.netpoll.benchmarks.suite;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.function.Consumer;

/**
 * Measures those that a row compares in turn, in an order that is shuffled anew in each round. One
 * that fails has no more turns.
 */
final class Turns {
  private final int generation;
  private final Measured measured;
  private final Random random;

  Turns(int generation, Measured measured) {
    this.generation = generation;
    this.measured = measured;
    this.random = new Random(generation);
  }

  /**
   * Takes all turns of a row.
   *
   * @param rounds how many each has
   * @param duration how long each lasts
   * @param failed told of those that fail
   */
  <R extends Runner> void take(
      Row row, Collection<R> runners, int rounds, Duration duration, Consumer<R> failed) {
    List<R> left = new ArrayList<>(runners);
    for (int round = 0; round < rounds; round++) {
      Collections.shuffle(left, random);
      for (Iterator<R> turns = left.iterator(); turns.hasNext(); ) {
        R runner = turns.next();
        try {
          measured.add(row, runner.name(), runner.measure(generation, round, duration));
        } catch (IOException e) {
          turns.remove();
          failed.accept(runner);
          measured.remark(runner.name() + " failed at " + row + ": " + e.getMessage());
        }
      }
    }
  }
}
