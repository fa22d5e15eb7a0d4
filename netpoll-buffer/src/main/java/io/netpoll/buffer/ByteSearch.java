package io.netpoll.buffer;

import java.nio.ByteBuffer;

/** Finds a byte in memory: 32 at a time are looked at as a whole, then eight exactly. */
final class ByteSearch {
  private static final int BLOCK = 4 * Long.BYTES;
  private static final long HIGH_BITS = 0x8080_8080_8080_8080L;
  private static final long LOW_SEVEN = 0x7f7f_7f7f_7f7f_7f7fL;
  private static final long ONES = 0x0101_0101_0101_0101L;

  private ByteSearch() {}

  /** The first index in [from, to) at which big-endian {@code memory} holds the byte, or -1. */
  static int indexOf(ByteBuffer memory, byte value, int from, int to) {
    long pattern = (value & 0xff) * ONES;
    int at = from;
    for (int last = to - BLOCK; at <= last; at += BLOCK) {
      long zeros =
          zeros(memory.getLong(at) ^ pattern)
              | zeros(memory.getLong(at + 8) ^ pattern)
              | zeros(memory.getLong(at + 16) ^ pattern)
              | zeros(memory.getLong(at + 24) ^ pattern);
      if (zeros != 0) {
        break;
      }
    }
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

  /** Zero if no byte of {@code bytes} is, and only then. */
  private static long zeros(long bytes) {
    return bytes - ONES & ~bytes & HIGH_BITS;
  }
}
