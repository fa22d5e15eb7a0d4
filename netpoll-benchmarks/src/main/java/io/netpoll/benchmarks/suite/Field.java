package io.netpoll.benchmarks.suite;

import java.util.ArrayList;
import java.util.List;

/** Who takes part in the rows of servers. The first is ours, which the others are compared with. */
final class Field {
  /** The name of the server that is given by its path. */
  static final String C = "c";

  /** Each as good as its users can make it. */
  private static final List<String> USUAL =
      List.of("ours-epoll", "netty-epoll", "netty-iouring", "jdk-virtual", C);

  /** Further transports and arrangements. */
  private static final List<String> OTHERS =
      List.of("ours-nio", "netty-nio", "netty-epoll-codec", "jdk-platform", "jdk-async");

  /** Those that keep work from the event loop. */
  private static final List<String> OFFLOADED = List.of("netty-epoll-pool", "netty-epoll-virtual");

  /** Those that send files. */
  static final List<String> FILES =
      List.of("ours-epoll", "ours-nio", "netty-epoll", "netty-epoll-chunked", "jdk-virtual");

  private Field() {}

  /** Whoever may be the best of its kind. */
  static List<String> usual(int burn) {
    return burn == 0 ? USUAL : with(USUAL, OFFLOADED);
  }

  /** All that are compared. */
  static List<String> wide(int burn) {
    return with(usual(burn), OTHERS);
  }

  private static List<String> with(List<String> some, List<String> others) {
    List<String> all = new ArrayList<>(some);
    all.addAll(others);
    return all;
  }
}
