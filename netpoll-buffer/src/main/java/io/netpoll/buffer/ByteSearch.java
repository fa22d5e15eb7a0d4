package io.netpoll.buffer;

import java.nio.ByteBuffer;

/** Finds a byte in memory, eight at a time. */
final class ByteSearch {
  private static final long LOW_SEVEN = 0x7f7f_7f7f_7f7f_7f7fL;
  private static final long ONES = 0x0101_0101_0101_0101L;

  private ByteSearch() {}

  /** The first index in [from, to) at which big-endian {@code memory} holds the byte, or -1. */
  static int indexOf(ByteBuffer memory, byte value, int from, int to) {
    long pattern = (value & 0xff) * ONES;
    int at = from;
    for (int last = to - 8; at <= last; at += 8) {
      long difference = memory.getLong(at) ^ pattern;
      // The high bit of each byte that is zero, exactly: no carry crosses bytes.
      long zeros = ~(((difference & LOW_SEVEN) + LOW_SEVEN) | difference | LOW_SEVEN);
      if (zeros != 0) {
        return at + (Long.numberOfLeadingZeros(zeros) >>> 3);
      }
    }
    for (; at < to; at++) {
      if (memory.get(at) == value) {
        return at;
      }
    }
    return -1;
  }
}
