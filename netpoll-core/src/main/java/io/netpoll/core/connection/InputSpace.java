package io.netpoll.core.connection;

import io.netpoll.buffer.InputReader;
import io.netpoll.buffer.LinkedBuffer;
import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import org.jspecify.annotations.Nullable;

/**
 * The memory that a connection reads into. Used by the thread that reads.
 *
 * <p>The chain is made when bytes are about to come. It stays while the input is among the {@link
 * InputCache} of the loop, and is dropped when it is not, and empty. What is reserved follows the
 * bytes that came, not those that a reader waits for.
 */
abstract class InputSpace extends InputReader {
  private static final int SMALLEST_READ_SHIFT = 12;
  private static final int LARGEST_READ_SHIFT = 20;

  /** So many bytes of what a reader waits for are offered to a peer that has sent none of them. */
  private static final int TRUSTED = 64 << 10;

  final EngineConnection connection;
  final @Nullable ConnectionFilter filter;

  // The thread that reads only.
  private byte readShift = SMALLEST_READ_SHIFT;
  int offered;

  /** Bytes came since {@link InputCache} looked. */
  private boolean used;

  /** The place among the {@link InputCache}, or NOWHERE. */
  private int cacheSlot = InputCache.NOWHERE;

  InputSpace(EngineConnection connection) {
    this.connection = connection;
    this.filter = connection.filter;
  }

  /** How many bytes more are wished for than have come; zero or less if no wish is open. */
  abstract long missing();

  final boolean reserve(Spans into) {
    if (filter == null) {
      return warm().reserveSoon(readSize(), into);
    }
    warm();
    return filter.reserve(Math.min(readSize(), TRUSTED), into);
  }

  /** As {@link #reserve}, for a thread beside the leader; there is no filter. */
  final boolean reserveBesideLeader(Spans into) {
    used = true; // a hint, no more
    if (!makeBuffer().reserveSoon(readSize(), into)) {
      return false;
    }
    offered = into.bytes();
    return true;
  }

  /**
   * How much space to offer: as much as reads have filled lately, or up to what a reader waits for,
   * but no more than four times of what has come of that, since the peer may only have announced
   * it.
   */
  private int readSize() {
    int earned = Math.max(TRUSTED, 4 * Math.min(unread(), (1 << LARGEST_READ_SHIFT) / 4));
    return (int) Math.max(1 << readShift, Math.min(missing(), earned));
  }

  /** The chain, which stays for a while. */
  final LinkedBuffer warm() {
    keep();
    return makeBuffer();
  }

  /** Has the chain stay for a while. Leader only. */
  final void keep() {
    if (cacheSlot == InputCache.NOWHERE) {
      connection.loop().inputCache().add(this);
    } else {
      used = true;
    }
  }

  /** Whether the chain stays though it is empty. For a thread beside the leader, a hint. */
  final boolean isKept() {
    return cacheSlot != InputCache.NOWHERE;
  }

  final void commit(int bytes) {
    if (filter == null) {
      buffer().commit(bytes);
    } else {
      filter.commit(bytes);
    }
  }

  final void adaptReadSize(int bytes) {
    if (bytes == offered && readShift < LARGEST_READ_SHIFT) {
      readShift += 2;
    } else if (bytes < 1 << readShift >>> 4 && readShift > SMALLEST_READ_SHIFT) {
      readShift -= 2;
    }
  }

  /** Drops a part of a page that a completion backend has read into. */
  final void dropPart(Page page, boolean last) {
    if (last) {
      buffer().pool().give(page);
    }
  }

  /** Gives back what holds no bytes. */
  final void dropEmpty() {
    dropBuffer();
    if (filter != null) {
      filter.cool();
    }
  }

  /** Bytes received and not consumed. */
  int unread() {
    LinkedBuffer seen = buffer();
    return (int) Math.min(Integer.MAX_VALUE, seen.written() - seen.consumed());
  }

  // ---- The leader, for InputCache ------------------------------------------------------------

  int cacheSlot() {
    return cacheSlot;
  }

  void cacheSlot(int slot) {
    cacheSlot = slot;
  }

  /** Whether bytes came since this was asked last. */
  boolean takeUsed() {
    boolean was = used;
    used = false;
    return was;
  }

  /** Is among the warm ones no more. */
  abstract void cool();
}
