package io.netpoll.testkit;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** Bytes in order, growing as needed. Not thread-safe. */
final class ByteQueue {
  private byte[] bytes = new byte[1024];
  private int start;
  private int end;

  int size() {
    return end - start;
  }

  /** Appends the next {@code length} bytes of a buffer, whose position moves. */
  void put(ByteBuffer from, int length) {
    if (bytes.length - end < length) {
      int size = size();
      byte[] target =
          bytes.length - size < length
              ? new byte[Math.max(bytes.length * 2, size + length)]
              : bytes;
      System.arraycopy(bytes, start, target, 0, size);
      bytes = target;
      start = 0;
      end = size;
    }
    from.get(bytes, end, length);
    end += length;
  }

  /** Removes as many bytes as there are and the buffer takes. */
  int take(ByteBuffer into) {
    int length = Math.min(size(), into.remaining());
    into.put(bytes, start, length);
    start += length;
    return length;
  }

  void clear() {
    start = 0;
    end = 0;
  }

  byte[] toArray() {
    return Arrays.copyOfRange(bytes, start, end);
  }
}
