package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.List;

/** Who takes part in the rows of servers. The first is ours, which the others are compared with. */
final class Field {
  /** The name of the server that is given by its path. */
  static final String C = "c";

  /** Each as its users set it up best. */
  private static final List<String> USUAL =
      List.of("ours-epoll", "netty-epoll", "netty-iouring-ring", "jdk-virtual", C);

  /** And further transports and arrangements. */
  static final List<String> WIDE =
      with(
          USUAL,
          List.of(
              "ours-nio",
              "netty-iouring",
              "netty-nio",
              "netty-epoll-codec",
              "jdk-platform",
              "jdk-async"));

  /** Those that keep work from the event loop. */
  private static final List<String> OFFLOADED = List.of("netty-epoll-pool", "netty-epoll-virtual");

  /** Those that can write from any thread. */
  static final List<String> OWN_THREADS =
      List.of("ours-epoll", "netty-epoll", "netty-iouring-ring", "jdk-virtual");

  /** Those that send files. */
  static final List<String> FILES =
      List.of("ours-epoll", "ours-nio", "netty-epoll", "netty-epoll-chunked", "jdk-virtual");

  private Field() {}

  /** Those of rows with handlers that compute for so many microseconds. */
  static List<String> usual(int burn) {
    return burn == 0 ? USUAL : with(USUAL, OFFLOADED);
  }

  private static List<String> with(List<String> some, List<String> others) {
    List<String> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }
}
