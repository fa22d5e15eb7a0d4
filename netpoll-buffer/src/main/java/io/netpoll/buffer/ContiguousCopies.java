package io.netpoll.buffer;

import java.nio.ByteBuffer;

/**
 * Contiguous copies of bytes that lie across page boundaries, made for views and kept until the
 * consumer's next release.
 *
 * <p>The last copy is remembered with the place in the chain where it ends, and is extended where
 * it stands, or with at least twice the room, when more of the same is asked for. So a peek that
 * grows over many pages copies each byte a bounded number of times, and what was peeked is not
 * copied again when it is read.
 *
 * <p>Consumer only. The nodes it refers to are not given back before it is.
 */
final class ContiguousCopies {
  private final PagePool pool;

  /** The page of the last copy; the earlier ones are linked behind its node. */
  private PooledPage page;

  /** The last copy: bytes [start, start + length) of the page... */
  private int start;

  private int length;

  /** ...which are those from this position of the buffer on... */
  private long position;

  /** ...up to this place in the chain. */
  private Node source;

  private int sourceRead;

  ContiguousCopies(PagePool pool, long position, Node head, int least) {
    this.pool = pool;
    this.page = pool.page(least);
    page.node().next = null;
    this.position = position;
    this.source = head;
    this.sourceRead = head.read;
  }

  /**
   * A view of the next {@code n} bytes.
   *
   * @param at the buffer's position
   * @param head its current node
   */
  ByteBuffer view(long at, Node head, int n) {
    long skipped = at - position;
    if (skipped < length) {
      start += (int) skipped;
      length -= (int) skipped;
    } else {
      start += length;
      length = 0;
      source = head;
      sourceRead = head.read;
    }
    position = at;
    if (n > length) {
      if (n > page.size() - start) {
        move(n);
      }
      extend(n);
    }
    return page.memory().slice(start, n);
  }

  /** Goes on in a new page, with what the last copy has. */
  private void move(int n) {
    int doubled = (int) Math.min(2L * length, Integer.MAX_VALUE - 8);
    PooledPage larger = pool.page(Math.max(n, doubled));
    larger.memory().put(0, page.memory(), start, length);
    larger.node().next = page.node();
    page = larger;
    start = 0;
  }

  private void extend(int n) {
    ByteBuffer memory = page.memory();
    while (true) {
      int run = Math.min(n - length, source.end - sourceRead);
      memory.put(start + length, source.memory, sourceRead, run);
      length += run;
      sourceRead += run;
      if (length == n) {
        return;
      }
      source = source.next;
      sourceRead = source.read;
    }
  }

  /** Gives back all copies. */
  void release() {
    Node.dropAll(page.node());
  }
}
