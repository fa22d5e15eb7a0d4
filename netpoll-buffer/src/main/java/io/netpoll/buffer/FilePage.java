package io.netpoll.buffer;

import io.netpoll.spi.SourceFile;
import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A part of a file in the place of a page: its node counts the bytes of the part, and there is no
 * memory behind them. It occurs in output chains only, whose consumer is the sender; nobody reads
 * such a chain otherwise. The file is closed with the last of its parts.
 */
final class FilePage extends BufferPage {
  private static final ByteBuffer NO_MEMORY = ByteBuffer.allocateDirect(0);

  final SourceFile file;

  /** Where byte 0 of the node is in the file. */
  final long position;

  /** How many parts of the file are in the chain, shared by all of them. */
  private final AtomicInteger parts;

  private FilePage(SourceFile file, long position, AtomicInteger parts) {
    super(NO_MEMORY);
    this.file = file;
    this.position = position;
    this.parts = parts;
    parts.incrementAndGet();
  }

  /**
   * Makes the nodes of a range of a file, the largest being {@code partSize}; the first of them.
   */
  static Node nodes(SourceFile file, long position, long count, int partSize) {
    AtomicInteger parts = new AtomicInteger();
    Node next = null;
    for (long at = (count - 1) / partSize * partSize; at >= 0; at -= partSize) {
      Node node = new FilePage(file, position + at, parts).node();
      node.end = (int) Math.min(count - at, partSize);
      node.limit = node.end;
      node.next = next;
      next = node;
    }
    return Objects.requireNonNull(next);
  }

  @Override
  void recycle() {
    if (parts.decrementAndGet() == 0) {
      file.close();
    }
  }
}
