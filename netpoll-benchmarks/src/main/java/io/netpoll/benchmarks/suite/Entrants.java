package io.netpoll.benchmarks.suite;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who is compared: all that there are, those of them that were asked for, and where another commit
 * is compared, the same of that.
 */
final class Entrants {
  private final Launcher launcher;
  private final List<String> chosen;
  private final @Nullable Path foreign;
  private final @Nullable Revision other;

  /**
   * Chooses.
   *
   * @param chosen the names of those that are compared, or none for all
   * @param foreign the path of an echo server that takes its port as its argument; null for none
   * @param other another commit, whose servers take the place of the rivals; null for none
   */
  Entrants(
      Launcher launcher, List<String> chosen, @Nullable Path foreign, @Nullable Revision other) {
    this.launcher = launcher;
    this.chosen = chosen;
    this.foreign = foreign;
    this.other = other;
  }

  /** Whether two commits are compared. */
  boolean compareRevisions() {
    return other != null;
  }

  /** The arguments of every server, after {@code peer}, by its name. */
  static Map<String, List<String>> servers() {
    Map<String, List<String>> servers = new LinkedHashMap<>();
    for (String ours : List.of("ours-epoll", "ours-nio")) {
      servers.put(ours, List.of(ours));
      for (String mode : List.of("workers", "virtual", "inline")) {
        servers.put(ours + "-" + mode, List.of(ours, "--execution", mode));
      }
    }
    for (String netty :
        List.of("netty-epoll", "netty-nio", "netty-iouring", "netty-iouring-ring")) {
      servers.put(netty, List.of(netty));
      for (String where : List.of("pool", "virtual")) {
        servers.put(netty + "-" + where, List.of(netty, "--handler", where));
      }
      servers.put(netty + "-codec", List.of(netty, "--codec", "length-field"));
    }
    servers.put("netty-epoll-chunked", List.of("netty-epoll", "--send-file", "chunked"));
    servers.put("jdk-virtual", List.of("jdk-virtual"));
    servers.put("jdk-platform", List.of("jdk-platform"));
    servers.put("jdk-async", List.of("jdk-async"));
    return servers;
  }

  /**
   * The servers of a row. Asked for by name, one takes part in rows, too, that it is usually left
   * out of.
   *
   * @param field the names of those that usually take part
   * @param more arguments for the virtual machines
   */
  List<Entrant> servers(List<String> field, String... more) {
    Map<String, List<String>> all = servers();
    List<String> usual = other == null ? field : field.subList(0, 1);
    List<Entrant> entrants = new ArrayList<>();
    for (String name : chosen.isEmpty() ? usual : chosen) {
      if (name.equals(Field.C)) {
        foreign().ifPresent(entrants::add);
      } else {
        entrants.addAll(both(name, all.getOrDefault(name, List.of()), more));
      }
    }
    return entrants;
  }

  /**
   * Clients, or whatever else there is of this build.
   *
   * @param words the arguments of each by its name, ours first
   */
  List<Entrant> others(Map<String, List<String>> words) {
    List<Entrant> entrants = new ArrayList<>();
    words.forEach(
        (name, arguments) -> {
          if (other == null || name.startsWith("ours")) {
            entrants.addAll(both(name, arguments));
          }
        });
    return entrants;
  }

  private List<Entrant> both(String name, List<String> words, String... more) {
    Entrant own = new Entrant(name, launcher.measured(more), words);
    return other == null
        ? List.of(own)
        : List.of(
            own,
            new Entrant(
                name + "@" + other.name(), launcher.measuredFrom(other.jar(), more), words));
  }

  private Optional<Entrant> foreign() {
    return foreign == null || other != null
        ? Optional.empty()
        : Optional.of(new Entrant(Field.C, launcher.foreign(foreign), List.of()));
  }
}
