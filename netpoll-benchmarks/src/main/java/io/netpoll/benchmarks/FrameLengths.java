package io.netpoll.benchmarks;

import java.io.IOException;

/** Which lengths a frame may announce. */
final class FrameLengths {
  /** The longest payload, in bytes. */
  static final int MAX = 64 << 20;

  private FrameLengths() {}

  /** Returns {@code length}, or fails if no frame may be so long; the connection is closed then. */
  static int checked(int length) throws IOException {
    if (length < 0 || length > MAX) {
      throw new IOException(
          "A frame of "
              + Integer.toUnsignedString(length)
              + " bytes, and "
              + MAX
              + " are allowed.");
    }
    return length;
  }
}
