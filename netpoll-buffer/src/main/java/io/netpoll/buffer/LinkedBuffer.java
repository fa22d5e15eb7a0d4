package io.netpoll.buffer;

import io.netpoll.LinkBuffer;
import io.netpoll.internal.StackRoom;
import io.netpoll.spi.Page;
import io.netpoll.spi.SourceFile;
import io.netpoll.spi.Spans;
import java.io.EOFException;

/**
 * The linked buffer: the public {@link LinkBuffer}, and what the engine needs to fill one from a
 * socket and to send one.
 *
 * <p>One producer and one consumer may work at the same time without a lock; {@code Chain} tells
 * how. A buffer in which everything was consumed and released, and nothing is unflushed, holds no
 * page: neither an idle connection nor an empty buffer does.
 *
 * <h2>The engine's side</h2>
 *
 * An <em>input chain</em> is filled by the poller's leader, with {@link #reserve} and {@link
 * #commit} or with {@link #give}, and read through {@link io.netpoll.Reader}. An <em>output
 * chain</em> is written through {@link io.netpoll.Writer} and sent by the holder of the output
 * token, with {@link #collect} and {@link #acknowledge}.
 *
 * <p>Both put pages into {@link Spans}, and a page has one {@linkplain Page#window window}. It goes
 * with the page's own node, which is in one chain at a time, and there it belongs to one side:
 * <em>in an input chain to the producer, which fills through it; in an output chain to the
 * consumer, which sends through it</em>. So nobody uses {@code reserve} on an output chain, nor
 * {@code collect} on an input chain. Slices, and the bytes behind those that {@code writeDirect}
 * inserted, are nodes over a page that another node is over as well; their spans never own the
 * window.
 *
 * <h2>Moving and sharing</h2>
 *
 * {@link #slice} shares pages: each counts its holders, and goes back to the pool when the last one
 * lets go, on whichever thread. {@link #append(LinkBuffer)} moves nodes; it is to be called by a
 * thread that is at that time this buffer's producer and the source's only user. All views taken
 * from the source end there.
 */
public final class LinkedBuffer extends ReadSide implements LinkBuffer {

  /** Makes an empty buffer over the shared pool. */
  public LinkedBuffer() {
    this(PagePool.shared());
  }

  /**
   * Makes an empty buffer.
   *
   * @param pool where its pages come from
   */
  public LinkedBuffer(PagePool pool) {
    super(pool);
  }

  /** Makes an empty buffer over the shared pool, through which so many bytes seem to have gone. */
  LinkedBuffer(long count) {
    this();
    startAt(count);
  }

  /**
   * Where this buffer's pages come from.
   *
   * @return always the same pool
   */
  public PagePool pool() {
    return pool;
  }

  @Override
  public void flush() {
    super.flush();
  }

  @Override
  public LinkedBuffer slice(int n) throws EOFException {
    StackRoom.forABuffer();
    require(n);
    LinkedBuffer slice = new LinkedBuffer(pool);
    slice.watch.isSlice();
    if (n > 0) {
      Node node = current();
      if (node.end - node.read >= n && !isShort(n, node)) {
        slice.startWith(node.shared(n), n);
      } else {
        slice.gather(node, n);
      }
      drop(n);
    }
    return slice;
  }

  /** Takes bytes of another buffer, from the next one of a node on: by reference, or copied. */
  private void gather(Node from, int n) {
    boolean complete = false;
    try {
      Node node = from;
      for (int left = n; left > 0; ) {
        int run = Math.min(left, node.end - node.read);
        if (isShort(run, node)) {
          copyShort(node, run);
        } else {
          Node shared = node.shared(run);
          adopt(shared, shared, run);
        }
        left -= run;
        node = node.next;
      }
      complete = true;
    } finally {
      if (!complete) {
        close();
      }
    }
    flush();
  }

  /** Whether a part of a page is so short that it is copied rather than pins the page. */
  private static boolean isShort(int n, Node node) {
    return n < node.page.size() >>> 3;
  }

  @Override
  public void append(LinkBuffer source) {
    if (source == this || !(source instanceof LinkedBuffer)) {
      throw new IllegalArgumentException(
          source == this
              ? "A buffer cannot be appended to itself."
              : "The buffer was not made by this library: " + source.getClass().getName());
    }
    LinkedBuffer other = (LinkedBuffer) source;
    if (other.hasUnflushed()) {
      throw new IllegalArgumentException(
          "The buffer holds " + other.mallocLength() + " unflushed bytes.");
    }
    StackRoom.forABuffer();
    other.watch.requireNotGivenBack();
    other.releaseCopies();
    long bytes = other.available();
    Node tail = other.idleTail();
    Node from = other.detach();
    other.watch.gaveBack();
    if (from != null && tail != null) {
      adopt(from, tail, bytes);
    }
  }

  /**
   * Producer of this output chain, only user of an input chain: takes all of its bytes, and flushes
   * them with what was unflushed here. Pages move; but bytes that are few in their page are copied
   * into room behind bytes that still wait here, so that waiting pages are not mostly empty.
   *
   * @param input the chain to empty; nothing of it is reserved or unflushed
   */
  public void take(LinkedBuffer input) {
    long bytes = input.available();
    if (bytes == 0) {
      return;
    }
    Node from = input.current();
    if (bytes <= from.end - from.read && isShort((int) bytes, from)) {
      Node tail = begin();
      if (tail != null && tail.room() >= bytes) {
        copyShort(from, (int) bytes);
        input.drop((int) bytes);
        input.release();
        flush();
        return;
      }
    }
    append(input);
    flush();
  }

  @Override
  public void close() {
    StackRoom.forABuffer();
    releaseCopies();
    forgetUnflushed();
    dropChain();
    watch.gaveBack();
  }

  /**
   * Producer: offers free space to read into, until {@link #commit}. Takes a part of the tail's
   * room if it is worth it (a quarter of {@code sizeHint}, or 512 bytes), and a new page if that is
   * not enough.
   *
   * @param sizeHint how many bytes are likely to come; up to 1 MiB are offered at a time
   * @param into cleared, then filled with one span or two
   * @throws io.netpoll.OutOfDirectMemoryException if there is no space; nothing is reserved then
   * @throws IllegalStateException if space is reserved, or bytes are unflushed
   */
  public void reserve(int sizeHint, Spans into) {
    checkSize(sizeHint);
    reserveSpace(sizeHint, into, true);
  }

  /**
   * As {@link #reserve}, for a thread that must not wait: where memory has to be allocated, another
   * thread does that, and the caller waits for it for two milliseconds at most.
   *
   * @param sizeHint how many bytes are likely to come
   * @param into cleared, then filled with one span or two
   * @return false if memory is being allocated still; nothing is reserved then, and it is to be
   *     tried again soon
   * @throws io.netpoll.OutOfDirectMemoryException if there is no space; nothing is reserved then
   * @throws IllegalStateException if space is reserved, or bytes are unflushed
   */
  public boolean reserveSoon(int sizeHint, Spans into) {
    checkSize(sizeHint);
    return reserveSpace(sizeHint, into, false);
  }

  /**
   * Producer: publishes the first bytes of the space that was reserved, and gives back pages that
   * were not used. Must follow {@link #reserve}.
   *
   * @param n how many; 0 if there was nothing
   * @throws IllegalArgumentException if {@code n} is negative or more than was reserved
   */
  public void commit(int n) {
    commitReserved(n);
  }

  /**
   * Producer: appends a part of a page, published at once (with whatever was unflushed before it).
   * Whoever gives parts of a page holds it, fills only what comes after them, and gives it away
   * with the last one.
   *
   * @param page a page taken from a {@link PagePool}
   * @param offset where the bytes of the part start
   * @param length how many, at least 1
   * @param last whether the page is this buffer's from now on
   */
  public void give(Page page, int offset, int length, boolean last) {
    givePage(page, offset, length, last);
  }

  /**
   * Producer of an output chain: appends a part of a file by reference, unflushed. The chain closes
   * the file when the last of its bytes was acknowledged or dropped.
   *
   * @param file the open file, this buffer's from now on
   * @param position of the first byte
   * @param count how many bytes, at least 1
   */
  public void append(SourceFile file, long position, long count) {
    appendFile(file, position, count);
  }

  /**
   * Consumer: shows published bytes without consuming them. They stay where they are until {@link
   * #acknowledge}, while the producer goes on.
   *
   * @param into cleared, then filled with as many spans as it takes and there are before the next
   *     file, or with a range of a file
   * @return the number of bytes in {@code into}
   */
  public int collect(Spans into) {
    return collectSpans(into);
  }

  /**
   * Consumer: drops bytes and gives back their pages, as skip and release do.
   *
   * @param n how many
   * @throws IllegalArgumentException if {@code n} is negative or more than can be read
   */
  public void acknowledge(int n) {
    acknowledgeSent(n);
  }

  /**
   * Any thread: how many bytes were ever published. An acquire: what was written before is seen.
   *
   * @return never decreases
   */
  public long written() {
    return published();
  }

  /**
   * Any thread: how many bytes were ever consumed (opaque: says nothing about other memory).
   *
   * @return never decreases
   */
  public long consumed() {
    return totalConsumed();
  }
}
