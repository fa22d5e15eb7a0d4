package io.netpoll.server;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The descriptors that this process was started with by the protocol of systemd's socket
 * activation: {@code LISTEN_FDS} of them from 3 on, named by {@code LISTEN_FDNAMES}, for the
 * process {@code LISTEN_PID}. Any thread.
 */
final class Inheritance {
  private static final int FIRST = 3;

  /** As systemd calls what has no name. */
  private static final String UNNAMED = "unknown";

  /** Those that were given out: later, the same numbers may be other sockets of this process. */
  private static final Set<Integer> TAKEN = ConcurrentHashMap.newKeySet();

  private Inheritance() {}

  /**
   * An inherited descriptor.
   *
   * @param number its number
   * @param name what the launcher calls it
   */
  record Descriptor(int number, String name) {}

  /**
   * Reads the variables.
   *
   * @param environment of the process
   * @param pid of the process
   * @return the descriptors; none if there are no such variables
   * @throws IllegalStateException if they are meant for another process, or make no sense
   */
  static List<Descriptor> parse(Map<String, String> environment, long pid) {
    String count = environment.get("LISTEN_FDS");
    if (count == null) {
      return List.of();
    }
    checkProcess(environment.get("LISTEN_PID"), pid, count);
    List<Descriptor> descriptors = new ArrayList<>();
    for (String name : names(environment.get("LISTEN_FDNAMES"), count(count))) {
      descriptors.add(new Descriptor(FIRST + descriptors.size(), name));
    }
    return descriptors;
  }

  private static void checkProcess(@Nullable String listenPid, long pid, String count) {
    if (!Long.toString(pid).equals(listenPid)) {
      throw new IllegalStateException(
          "The descriptors of LISTEN_FDS, which is "
              + count
              + ", are for another process, since LISTEN_PID is "
              + (listenPid == null ? "not set" : listenPid)
              + " and this one is "
              + pid
              + ": let the launcher's child become this process by exec, or start it without these"
              + " variables.");
    }
  }

  private static int count(String text) {
    try {
      int count = Integer.parseInt(text);
      if (count >= 0) {
        return count;
      }
    } catch (NumberFormatException e) {
      // falls through to the sentence below, which shows the text
    }
    throw new IllegalStateException(
        "LISTEN_FDS must be the number of descriptors, not " + text + ".");
  }

  private static List<String> names(@Nullable String text, int count) {
    if (text == null || count == 0) {
      return Collections.nCopies(count, UNNAMED);
    }
    List<String> names = List.of(text.split(":", -1));
    if (names.size() != count) {
      throw new IllegalStateException(
          "LISTEN_FDNAMES must have a name for each of the "
              + count
              + " descriptors of LISTEN_FDS, and is "
              + text
              + ".");
    }
    return names;
  }

  /** Claims a descriptor; false if that was done before. */
  static boolean take(Descriptor descriptor) {
    return TAKEN.add(descriptor.number());
  }

  /** Takes a claim back: the descriptor is as it was. */
  static void giveBack(Descriptor descriptor) {
    TAKEN.remove(descriptor.number());
  }
}
