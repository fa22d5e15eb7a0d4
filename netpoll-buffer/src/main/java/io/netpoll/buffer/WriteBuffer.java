package io.netpoll.buffer;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.internal.StackRoom;
import io.netpoll.spi.Page;
import io.netpoll.spi.SourceFile;
import io.netpoll.spi.Spans;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * What the producer has written and not published yet: one thread at a time.
 *
 * <p>It goes behind the published bytes, into the room of the claimed tail and then into new pages;
 * nothing of it is visible to the consumer before it is published. While something is unflushed,
 * {@code open} is the node being written to, and the unflushed bytes are those behind {@code
 * markEnd} in {@code mark} and those in the nodes behind {@code mark} (all nodes from {@code
 * entrance} on, if {@code mark} is null because there was no tail to claim).
 */
abstract class WriteBuffer extends Chain {
  /** The largest page that is taken for bytes which need not be contiguous. */
  private static final int LARGE = 256 << 10;

  /** The largest part of a file in one node: the sum of two must not overflow. */
  private static final int LARGEST_PART = 1 << 30;

  final PagePool pool;

  /** The node being written to. */
  @Nullable Node open;

  private @Nullable Node mark;
  private int markEnd;

  /** How many bytes are unflushed. */
  long pending;

  /** What {@code pending} was after the last malloc: if it still is, that malloc comes last. */
  long mallocMark;

  /** How many bytes of the last malloc come behind what was inserted into it. */
  int lastMalloc;

  /** Between reserve and commit: the new page that was offered, not linked yet. */
  private @Nullable Node reserved;

  /** Between reserve and commit: how much room of the tail was offered before it; else -1. */
  private int reservedRoom = -1;

  WriteBuffer(PagePool pool) {
    this.pool = pool;
  }

  /**
   * Puts a node before the last bytes of the open one, which stay where they are: a node of their
   * own holds them from now on, which does not own the page's window.
   */
  final void insert(Node inserted, int remaining) {
    Node node = Objects.requireNonNull(open);
    int split = node.end - remaining;
    if (node != mark && split == node.read) {
      Node before = mark != null ? mark : entrance;
      if (before == node) {
        entrance = inserted;
      } else {
        while (before != null && before.next != node) {
          before = before.next;
        }
        link(before, inserted);
      }
      inserted.next = node;
      return;
    }
    node.page.hold();
    Node rest = Node.over(node.page, split, node.end);
    rest.limit = node.limit;
    rest.writable = node.writable;
    node.end = split;
    node.limit = split;
    node.next = inserted;
    inserted.next = rest;
    open = rest;
  }

  // For slices and append.

  /** Appends a chain of nodes that hold at least one byte each. */
  final void adopt(Node from, Node to, long bytes) {
    Node last = begin();
    if (last != null && from == to && last.continuesIn(from)) {
      last.end = from.end;
      last.limit = from.limit;
      from.drop();
    } else {
      link(last, from);
      open = to;
    }
    pending += bytes;
  }

  /** Appends a part of a file. */
  final void appendFile(SourceFile file, long position, long count) {
    Node from = FilePage.nodes(file, position, count, LARGEST_PART);
    Node to = from;
    while (to.next != null) {
      to = to.next;
    }
    adopt(from, to, count);
  }

  /** Appends a copy of a node's next bytes, in a page as small as it may be. */
  final void copyShort(Node source, int length) {
    Node node = begin();
    if (node == null || node.room() < length) {
      Node fresh = take(length);
      link(node, fresh);
      open = fresh;
      node = fresh;
    }
    node.memory.put(node.end, source.memory, source.read, length);
    wrote(node, length);
  }

  /** Forgets what is unflushed, which is dropped with the chain, and drops what was reserved. */
  final void forgetUnflushed() {
    Node fresh = reserved;
    reserved = null;
    reservedRoom = -1;
    if (fresh != null) {
      fresh.drop();
    }
    end();
  }

  final boolean hasUnflushed() {
    return open != null || reservedRoom >= 0;
  }

  /** The open node, with at least {@code n} bytes of room. */
  final Node room(int n) {
    Node node = open;
    return node != null && node.limit - node.end >= n ? node : grow(n, n);
  }

  /** The open node, with room for one byte or more; up to {@code wish} are to come. */
  final Node anyRoom(int wish) {
    Node node = open;
    return node != null && node.limit > node.end ? node : grow(1, Math.min(wish, LARGE));
  }

  /** The open node, or a new one, with {@code least} bytes of room; up to {@code wish} come. */
  final Node grow(int least, int wish) {
    StackRoom.forABuffer();
    Node node = begin();
    if (node != null && node.room() >= least) {
      return node;
    }
    Node fresh;
    try {
      // The more was written already, the larger the pages: a long chain is slow to send.
      int usual = (int) Math.min(Math.max(pending, PagePool.SMALL), LARGE >>> 2);
      fresh = take(Math.max(wish, usual));
    } catch (OutOfDirectMemoryException | OutOfMemoryError e) {
      if (pending == 0) {
        abandon();
      }
      throw e;
    }
    link(node, fresh);
    open = fresh;
    return fresh;
  }

  private Node take(int size) {
    return nodeOf(pool.page(size));
  }

  private @Nullable Node takeSoon(int size) {
    PooledPage page = pool.pageSoon(size);
    return page == null ? null : nodeOf(page);
  }

  private Node nodeOf(PooledPage page) {
    try {
      return Node.filled(page, 0, 0);
    } catch (OutOfMemoryError e) {
      pool.give(page);
      throw e;
    }
  }

  /** Claims the tail, if nothing is open. Null if there is none. */
  final @Nullable Node begin() {
    Node node = open;
    if (node == null) {
      watch.holds();
      node = claim();
      if (node != null) {
        open = node;
        mark = node;
        markEnd = node.end;
      }
    }
    return node;
  }

  final void link(@Nullable Node last, Node node) {
    if (last == null) {
      entrance = node;
    } else {
      last.next = node;
    }
  }

  final void wrote(Node node, int n) {
    node.end += n;
    pending += n;
  }

  final void publishPending() {
    Node node = open;
    long bytes = pending;
    if (node != null && bytes > 0) {
      end();
      publish(node, bytes);
    }
  }

  /** Forgets what was open. */
  private void end() {
    open = null;
    mark = null;
    pending = 0;
    lastMalloc = 0;
  }

  /** Ends without anything written. */
  private void abandon() {
    Node claimed = mark;
    end();
    if (claimed != null) {
      unclaim(claimed);
    }
    noteIfEmpty();
  }

  /** Tells the watch if no memory is held. */
  final void noteIfEmpty() {
    if (LeakDetector.ON && open == null && isEmpty()) {
      watch.holdsNothing();
    }
  }

  /** Keeps the first {@code n} unflushed bytes. */
  final void keep(long n) {
    lastMalloc = 0;
    if (n == 0) {
      Node node = mark;
      if (node == null) {
        if (open != null) {
          Node.dropAll(entrance);
          entrance = null;
        }
      } else {
        cutBehind(node, markEnd);
      }
      abandon();
      return;
    }
    long left = n;
    Node node = mark != null ? mark : Objects.requireNonNull(entrance);
    int start = mark != null ? markEnd : node.read;
    while (left > node.end - start) {
      left -= node.end - start;
      node = Objects.requireNonNull(node.next);
      start = node.read;
    }
    cutBehind(node, start + (int) left);
    open = node;
    pending = n;
  }

  private static void cutBehind(Node node, int end) {
    Node.dropAll(node.next);
    node.next = null;
    node.end = end;
    node.limit = node.writable ? node.page.size() : end;
  }

  // Reserve and commit; their contract is in LinkedBuffer.

  final boolean reserveSpace(int sizeHint, Spans into, boolean mayWait) {
    if (open != null || reservedRoom >= 0) {
      throw new IllegalStateException("Space is reserved, or bytes are unflushed, already.");
    }
    into.clear();
    Node tail = begin();
    int room = tail == null ? 0 : tail.room();
    int quarter = sizeHint >>> 2;
    if (room > 0 && room >= Math.min(quarter, PagePool.TINY)) {
      into.add(tail.page, tail.end, room, tail.ownsWindow);
    } else {
      room = 0;
    }
    reservedRoom = room;
    if ((room < quarter || room == 0) && into.hasRoom()) {
      Node fresh = null;
      try {
        int size = Math.min(Math.max(sizeHint, PagePool.SMALL), PagePool.SLAB);
        fresh = mayWait ? take(size) : takeSoon(size);
      } catch (OutOfDirectMemoryException | OutOfMemoryError e) {
        if (room == 0) {
          reservedRoom = -1;
          abandon();
          throw e;
        }
      }
      if (fresh != null) {
        reserved = fresh;
        into.add(fresh.page, 0, fresh.limit, fresh.ownsWindow);
      } else if (room == 0) {
        reservedRoom = -1;
        abandon();
        return false;
      }
    }
    return true;
  }

  final void commitReserved(int n) {
    Node tail = open;
    Node fresh = reserved;
    int room = reservedRoom;
    if (n < 0 || room < 0 || n > room + (fresh == null ? 0 : fresh.limit)) {
      throw new IllegalArgumentException("Not as many bytes were reserved: " + n);
    }
    reserved = null;
    reservedRoom = -1;
    int rest = n - room;
    if (tail != null && n > 0) {
      tail.end += Math.min(n, room);
    }
    if (fresh != null) {
      if (rest > 0) {
        fresh.end = rest;
        link(tail, fresh);
        tail = fresh;
      } else {
        fresh.drop();
      }
    }
    if (n == 0 || tail == null) {
      abandon();
    } else {
      end();
      publish(tail, n);
    }
  }

  final void givePage(Page page, int offset, int length, boolean last) {
    if (!(page instanceof PooledPage pooled)) {
      throw new IllegalArgumentException("The page is not of a pool of this library: " + page);
    }
    Objects.checkFromIndexSize(offset, length, page.size());
    if (reservedRoom >= 0) {
      throw new IllegalStateException("Space is reserved: commit comes first.");
    }
    Node node;
    if (last) {
      node = Node.filled(pooled, offset, offset + length);
    } else {
      node = Node.over(pooled, offset, offset + length);
      pooled.hold(); // after what needs memory
    }
    link(begin(), node);
    open = node;
    pending += length;
    publishPending();
  }
}
