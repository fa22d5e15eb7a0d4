package io.netpoll.buffer;

import java.util.Objects;

/** Finds a sequence of bytes in a chain: its first byte, then the others behind it. */
final class SequenceSearch {

  private SequenceSearch() {}

  /**
   * The first distance from {@code head}'s next byte at which the sequence is, or -1.
   *
   * @param readable how many bytes the chain has, from that byte on
   * @param sequence at least one byte
   * @param from the least distance
   */
  static int indexOf(Node head, long readable, byte[] sequence, int from) {
    long last = readable - sequence.length;
    Node node = head;
    long distance = 0; // of the node's next byte
    long at = from;
    while (at <= last) {
      int run = node.end - node.read;
      if (at >= distance + run) {
        distance += run;
        node = Objects.requireNonNull(node.next);
        continue;
      }
      int start = node.read + (int) (at - distance);
      int stop = node.read + (int) Math.min(run, last + 1 - distance);
      int found = ByteSearch.indexOf(node.memory, sequence[0], start, stop);
      if (found < 0) {
        at = distance + (stop - node.read);
      } else {
        at = distance + (found - node.read);
        if (matches(node, found, sequence)) {
          return (int) at;
        }
        at++;
      }
    }
    return -1;
  }

  /** Whether the sequence, whose first byte is at {@code first}, is there; it may cross nodes. */
  private static boolean matches(Node start, int first, byte[] sequence) {
    Node node = start;
    int at = first + 1;
    for (int i = 1; i < sequence.length; i++, at++) {
      if (at == node.end) {
        node = Objects.requireNonNull(node.next);
        at = node.read;
      }
      if (node.memory.get(at) != sequence[i]) {
        return false;
      }
    }
    return true;
  }
}
