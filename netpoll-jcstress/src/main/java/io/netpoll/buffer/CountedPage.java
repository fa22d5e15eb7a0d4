package io.netpoll.buffer;

import java.nio.ByteBuffer;
import java.util.concurrent.atomic.AtomicInteger;

/** A page that counts how often it was given back, and is overwritten then. */
final class CountedPage {
  static final int SIZE = 64;

  /** What is in the first bytes of a page that was given back. */
  static final int OVERWRITTEN = -1;

  private static final PagePool POOL = new PagePool(0);

  /** Cut into more pages than there are tests under way at a time. */
  private static final ByteBuffer BLOCK = ByteBuffer.allocateDirect(16 << 20);

  private static final AtomicInteger CUT = new AtomicInteger();

  final PooledPage page;
  private int givenBack;

  CountedPage() {
    int offset = CUT.getAndAdd(SIZE) & (BLOCK.capacity() - 1);
    ByteBuffer memory = BLOCK.slice(offset, SIZE);
    Runnable gone =
        () -> {
          givenBack++;
          memory.putInt(0, OVERWRITTEN);
        };
    page = new PooledPage(POOL, memory, gone).lend();
  }

  /** Makes a buffer that holds this page, with {@code length} published bytes and room behind. */
  LinkedBuffer published(int length) {
    LinkedBuffer buffer = new LinkedBuffer();
    buffer.give(page, 0, length, true);
    return buffer;
  }

  int timesGivenBack() {
    return givenBack;
  }
}
