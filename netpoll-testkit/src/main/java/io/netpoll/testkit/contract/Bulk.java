package io.netpoll.testkit.contract;

import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.util.Random;
import java.util.zip.CRC32C;

/** Many bytes, known by their checksum. */
final class Bulk {
  private static final int MIB = 1 << 20;

  private Bulk() {}

  /** Flushes bytes in pieces of many lengths; returns their checksum. */
  static long write(RecordingEndpoint endpoint, int total) {
    byte[] content = new byte[MIB];
    new Random(42).nextBytes(content);
    PlainPage page = PlainPage.of(content);
    CRC32C checksum = new CRC32C();
    Random random = new Random(43);
    for (int left = total; left > 0; ) {
      int length = Math.min(left, 1 + random.nextInt(200_000));
      int offset = random.nextInt(MIB - length + 1);
      endpoint.write(page, offset, length);
      checksum.update(content, offset, length);
      left -= length;
    }
    return checksum.getValue();
  }

  /** Reads so many bytes, waiting for them; returns their checksum. */
  static long checksumOf(ReadableByteChannel peer, int total) throws IOException {
    CRC32C checksum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(MIB);
    for (int left = total; left > 0; ) {
      buffer.clear().limit(Math.min(left, MIB));
      int read = peer.read(buffer);
      if (read < 0) {
        throw new EOFException(left + " bytes of " + total + " are missing.");
      }
      left -= read;
      checksum.update(buffer.flip());
    }
    return checksum.getValue();
  }
}
