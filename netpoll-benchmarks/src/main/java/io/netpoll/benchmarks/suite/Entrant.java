package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.List;

/**
 * A server of a comparison in slices.
 *
 * @param name what the tables call it
 * @param server what it is
 * @param java the java command that starts it, with its class path: of this build or of another one
 */
record Entrant(String name, Contestant server, List<String> java) {

  /** The same under another name, with further arguments. */
  Entrant as(String otherName, String... more) {
    List<String> words = new ArrayList<>(server.words());
    words.addAll(List.of(more));
    return new Entrant(otherName, new Contestant(otherName, words), java);
  }

  @Override
  public String toString() {
    return name;
  }
}
