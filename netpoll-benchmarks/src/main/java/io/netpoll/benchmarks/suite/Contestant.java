package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.List;

/**
 * A server of the comparisons.
 *
 * @param name what the tables call it
 * @param words the arguments that make it, after {@code peer}
 */
record Contestant(String name, List<String> words) {
  private static final List<String> USUAL =
      List.of(
          "ours-epoll",
          "netty-epoll",
          "netty-nio",
          "netty-iouring",
          "netty-epoll-pool",
          "netty-epoll-virtual",
          "jdk-virtual",
          "jdk-async");

  /** All: every backend and mode of ours, every transport and arrangement of Netty's, the JDK's. */
  static List<Contestant> all() {
    List<Contestant> all = new ArrayList<>();
    for (String ours : List.of("ours-epoll", "ours-nio")) {
      all.add(new Contestant(ours, List.of(ours)));
      for (String mode : List.of("workers", "virtual", "inline")) {
        all.add(new Contestant(ours + "-" + mode, List.of(ours, "--execution", mode)));
      }
    }
    for (String netty : List.of("netty-epoll", "netty-nio", "netty-iouring")) {
      all.add(new Contestant(netty, List.of(netty)));
      for (String where : List.of("pool", "virtual")) {
        all.add(new Contestant(netty + "-" + where, List.of(netty, "--handler", where)));
      }
      all.add(new Contestant(netty + "-codec", List.of(netty, "--codec", "length-field")));
    }
    all.add(new Contestant("jdk-virtual", List.of("jdk-virtual")));
    all.add(new Contestant("jdk-async", List.of("jdk-async")));
    return all;
  }

  /** Those that are compared unless others are asked for. */
  static List<Contestant> usual() {
    return named(USUAL);
  }

  /**
   * Those of some names, in the order of {@link #all}.
   *
   * @throws IllegalArgumentException if there is none of a name
   */
  static List<Contestant> named(List<String> names) {
    List<Contestant> all = all();
    List<String> known = all.stream().map(Contestant::name).toList();
    for (String name : names) {
      if (!known.contains(name)) {
        throw new IllegalArgumentException("'" + name + "' is not one of " + known + ".");
      }
    }
    return all.stream().filter(each -> names.contains(each.name())).toList();
  }

  @Override
  public String toString() {
    return name;
  }
}
