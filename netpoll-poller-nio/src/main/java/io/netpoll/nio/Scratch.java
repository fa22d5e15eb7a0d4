package io.netpoll.nio;

import io.netpoll.spi.ChannelFile;
import io.netpoll.spi.SourceFile;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/**
 * The lists that one read or write call needs, kept for the next one. Used by one thread at a time;
 * whoever used it clears it, so that it keeps no page alive.
 */
final class Scratch {
  /** Enough for a socket buffer of pages; far below the 1024 that one system call takes. */
  private static final int SPANS = 32;

  /** So much of a file is sent before others have their turn. */
  private static final int FILE_TURN = 2 << 20;

  final Spans spans = new Spans(SPANS);
  private final @Nullable ByteBuffer[] buffers = new ByteBuffer[SPANS];
  private int used;

  /** Reads into the spans; returns the number of bytes, or -1 at the end of input. */
  int read(SocketChannel channel) throws IOException {
    int count = spans.count();
    return count == 1
        ? channel.read(spans.buffer(0))
        : (int) channel.read(buffers(count), 0, count);
  }

  /** Writes the spans; returns the number of bytes that the socket took. */
  int write(SocketChannel channel) throws IOException {
    SourceFile file = spans.file();
    if (file != null) { // one that this backend has opened
      int most = Math.min(spans.bytes(), FILE_TURN);
      return ((ChannelFile) file).send(spans.filePosition(), most, channel);
    }
    int count = spans.count();
    return count == 1
        ? channel.write(spans.buffer(0))
        : (int) channel.write(buffers(count), 0, count);
  }

  void clear() {
    spans.clear();
    for (int i = 0; i < used; i++) {
      buffers[i] = null;
    }
    used = 0;
  }

  private @Nullable ByteBuffer[] buffers(int count) {
    for (int i = 0; i < count; i++) {
      buffers[i] = spans.buffer(i);
    }
    used = Math.max(used, count);
    return buffers;
  }
}
