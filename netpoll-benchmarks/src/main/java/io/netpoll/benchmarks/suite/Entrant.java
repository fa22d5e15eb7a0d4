package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.List;

/**
 * One of those that a row compares, as a process.
 *
 * @param name what the tables call it
 * @param java the command that starts it: a java command with its class path, of this build or of
 *     another one
 * @param words the arguments that make it, after the command of the jar
 */
record Entrant(String name, List<String> java, List<String> words) {

  /** The same under another name, with further arguments. */
  Entrant as(String otherName, String... more) {
    List<String> all = new ArrayList<>(words);
    all.addAll(List.of(more));
    return new Entrant(otherName, java, all);
  }

  /** Whether it is a server that is no part of a jar of ours, which echoes and does no work. */
  boolean isForeign() {
    return words.isEmpty();
  }

  @Override
  public String toString() {
    return name;
  }
}
