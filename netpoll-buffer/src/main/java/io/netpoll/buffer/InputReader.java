package io.netpoll.buffer;

import io.netpoll.DelimiterNotFoundException;
import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A reader over an input chain: reads from it what is there, and waits for what is not.
 *
 * <p>A subclass knows how to wait. It is called by the reading thread.
 *
 * <h2>The chain may be away</h2>
 *
 * A reader on which nothing happens needs no chain. The producer, who alone changes {@code buffer},
 * {@linkplain #makeBuffer makes} one before it reserves space, and {@linkplain #dropBuffer drops}
 * it when every byte was released; meanwhile {@link #NONE} stands for it, which has no bytes to
 * read. Both stores are volatile, so a reader that sees a chain sees it whole. One that still works
 * with a chain that was dropped finds no bytes there, and looks at {@code buffer} again before it
 * waits: nothing is ever put into a dropped chain, and none is used twice.
 *
 * <p>The counts go on from one chain to the next. Those of NONE are {@code count}, which is stored
 * before NONE is: a reader that sees NONE sees that count or a later one.
 *
 * <h2>Who holds the reading end</h2>
 *
 * The reading end is the user's. Whoever ends the input may give its memory back only while no
 * thread is inside a call or has views:
 *
 * <pre>
 *            first call that touches bytes (CAS)
 *   NOBODY ───────────────────────────────────────► a thread ──┐ another thread reads on (CAS)
 *     │  ▲                                           │  ▲──────┘
 *     │  ├── letGo without views ────────────────────┤
 *     │  └────────────── RELEASING ◄── release (CAS) ┘
 *     └── takeBack (CAS) ──► GONE
 * </pre>
 *
 * A thread that holds the end keeps it from one call to the next, so only the first call after a
 * release pays for the compare-and-set. The plain read in front of it is enough: a thread sees its
 * own write, and no other thread takes the end from it while it reads. After GONE every call fails
 * like one after the end of the input. RELEASING is for a moment: a handler that has given the
 * connection to another thread ends, and that thread, which reads already, waits until what the
 * handler has read is released. Else each would touch what the other one holds.
 *
 * <p>The step to NOBODY is a volatile store, after which a subclass looks whether the input is over
 * and calls {@link #takeBack} itself; whoever ends the input publishes that first, and then calls
 * it. So one of the two succeeds. What nobody gives back is the garbage collector's.
 */
public abstract class InputReader implements Reader {
  private static final VarHandle HOLDER;

  static {
    try {
      HOLDER = MethodHandles.lookup().findVarHandle(InputReader.class, "holder", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Holds the end for good, once the memory was given back. */
  private static final Object GONE = new Object();

  /** Holds the end while a thread gives back what it consumed. */
  private static final Object RELEASING = new Object();

  /** Stands for a chain that is away. Only read from, and empty for ever. */
  private static final LinkedBuffer NONE = new LinkedBuffer();

  private volatile LinkedBuffer buffer = NONE;

  /** How many bytes went through the chains that were dropped. Written by the producer. */
  private volatile long count;

  /** Who holds the reading end: a thread, what stands for one, GONE, or null for nobody. */
  private @Nullable Object holder;

  /** Whether the holder has views; its own. */
  private boolean hasViews;

  /** For subclasses. */
  protected InputReader() {}

  /**
   * Returns the input chain, for reading. Any thread; it may be dropped meanwhile, if it is empty.
   *
   * @return one without any bytes if it is away
   */
  protected final LinkedBuffer buffer() {
    return buffer;
  }

  /**
   * Returns the input chain, for filling. Producer only.
   *
   * @return the chain, which is made if it was away
   */
  protected final LinkedBuffer makeBuffer() {
    LinkedBuffer known = buffer;
    if (known == NONE) {
      known = new LinkedBuffer(count);
      buffer = known;
    }
    return known;
  }

  /** Drops the chain if every byte was released. Producer only, with nothing reserved. */
  protected final void dropBuffer() {
    LinkedBuffer known = buffer;
    if (known != NONE && known.isLetGo()) {
      count = known.written();
      buffer = NONE;
    }
  }

  // ---- The reading end -------------------------------------------------------------------------

  /** Whether somebody reads, or has views. Any thread; may be over when this returns. */
  protected final boolean isHeld() {
    return HOLDER.getVolatile(this) != null;
  }

  /**
   * Holds the reading end for the calling thread, which is about to read.
   *
   * @return false if the memory was given back
   */
  protected final boolean hold() {
    return holder == Thread.currentThread() || holdFor(Thread.currentThread());
  }

  /**
   * Holds the reading end. To be called by a thread that may read, and by which nobody else reads
   * from now on.
   *
   * @param reader a thread, or an object that stands for whoever reads in its place
   * @return false if the memory was given back
   */
  protected final boolean holdFor(Object reader) {
    Object seen;
    do {
      seen = HOLDER.getVolatile(this);
      if (seen == GONE) {
        return false;
      }
    } while (isReleasing(seen) || !HOLDER.compareAndSet(this, seen, reader));
    if (seen == null) {
      hasViews = false; // else those of the thread that has read before are valid still
    }
    return true;
  }

  /** Whether a thread gives back what it consumed, to which the processor is left then. */
  private static boolean isReleasing(@Nullable Object seen) {
    if (seen == RELEASING) {
      Thread.yield();
      return true;
    }
    return false;
  }

  /** Forgets the views of those that have read before: they have ended. For the holder. */
  protected final void forgetViews() {
    hasViews = false;
  }

  /**
   * Ends all views that the calling thread has, gives back what it consumed, and lets go of the
   * reading end. Does nothing if another thread reads, or the memory was given back. A subclass
   * looks after it whether the input is over.
   */
  protected final void releaseViews() {
    Object seen = HOLDER.getVolatile(this);
    boolean isOthers = seen != null && seen != Thread.currentThread();
    if (isOthers || !HOLDER.compareAndSet(this, seen, RELEASING)) {
      return;
    }
    try {
      buffer.release();
      hasViews = false;
    } finally {
      HOLDER.setVolatile(this, null);
    }
  }

  /**
   * Lets go of the reading end without ending a view.
   *
   * @param reader the calling thread, or an object that it stands for
   * @return false if {@code reader} does not hold it, or has views
   */
  protected final boolean letGo(Object reader) {
    // By compare-and-set: another thread may begin to read meanwhile.
    return holder == reader && !hasViews && HOLDER.compareAndSet(this, reader, null);
  }

  /**
   * Gives back all memory, unless somebody holds the reading end. To be called after the producer
   * has stopped for good; any thread.
   */
  protected final void takeBack() {
    if (HOLDER.compareAndSet(this, null, GONE)) {
      LinkedBuffer known = buffer;
      if (known != NONE) {
        known.close();
      }
    }
  }

  /**
   * Tells how many bytes ever came, as {@link LinkedBuffer#written} does. Any thread.
   *
   * @return never decreases for a thread
   */
  protected final long written() {
    LinkedBuffer known = buffer;
    return known == NONE ? count : known.written();
  }

  /**
   * Tells how many bytes were ever consumed, as {@link LinkedBuffer#consumed} does. Any thread.
   *
   * @return never decreases for a thread
   */
  protected final long consumed() {
    LinkedBuffer known = buffer;
    return known == NONE ? count : known.consumed();
  }

  /**
   * Waits until {@code n} bytes are readable.
   *
   * @param n more than were readable a moment ago
   * @return false if the input ended before
   * @throws IOException if waiting ended without the bytes, or reading failed
   */
  protected abstract boolean await(int n) throws IOException;

  /** Takes what has come, where nobody does so by itself. Never waits. */
  protected void look() {}

  /**
   * Makes the exception for a call that the end of the input leaves undone.
   *
   * @param what what was asked for, and how much of it was there: a sentence without its end
   * @return the exception to throw
   */
  protected abstract IOException ended(Supplier<String> what);

  /**
   * Tells where the bytes come from, for messages.
   *
   * @return a noun
   */
  protected abstract String origin();

  /**
   * Describes a read for messages.
   *
   * @param n its number of bytes
   * @return the beginning of a sentence
   */
  protected final String describe(int n) {
    return "A read of " + n + (n == 1 ? " byte from " : " bytes from ") + origin();
  }

  private void need(int n) throws IOException {
    if (!hold()) {
      throw ended(() -> describe(n) + " found none");
    }
    if (n > buffer.length() && !await(n)) {
      throw ended(() -> describe(n) + " found " + buffer.length());
    }
  }

  @Override
  public final ByteBuffer next(int n) throws IOException {
    need(n);
    hasViews = true;
    return buffer.next(n);
  }

  @Override
  public final ByteBuffer peek(int n) throws IOException {
    need(n);
    hasViews = true;
    return buffer.peek(n);
  }

  @Override
  public final int peekInt() throws IOException {
    need(Integer.BYTES);
    return buffer.peekInt();
  }

  @Override
  public final void skip(int n) throws IOException {
    need(n);
    buffer.skip(n);
  }

  @Override
  public final ByteBuffer until(byte delimiter) throws IOException {
    return until(delimiter, Integer.MAX_VALUE);
  }

  @Override
  public final ByteBuffer until(byte delimiter, int max) throws IOException {
    if (max < 1) {
      throw new IllegalArgumentException("until needs a maximum of at least 1 byte, not " + max);
    }
    int searched = 0;
    while (true) {
      need(0);
      int here = Math.min(buffer.length(), max);
      int at = buffer.indexOf(delimiter, searched, here - searched);
      if (at >= 0) {
        hasViews = true;
        return buffer.next(at + 1);
      }
      if (here == max) {
        throw new DelimiterNotFoundException(
            "No byte "
                + (delimiter & 0xff)
                + " is among the next "
                + max
                + " bytes from "
                + origin()
                + ".");
      }
      searched = here;
      if (!await(here + 1)) {
        int found = here;
        throw ended(
            () ->
                "The search for byte "
                    + (delimiter & 0xff)
                    + " in "
                    + found
                    + " bytes from "
                    + origin()
                    + " found none");
      }
    }
  }

  @Override
  public final String readString(int n, Charset charset) throws IOException {
    need(n);
    return buffer.readString(n, charset);
  }

  @Override
  public final byte[] readBinary(int n) throws IOException {
    need(n);
    return buffer.readBinary(n);
  }

  @Override
  public final byte readByte() throws IOException {
    need(Byte.BYTES);
    return buffer.readByte();
  }

  @Override
  public final short readShort() throws IOException {
    need(Short.BYTES);
    return buffer.readShort();
  }

  @Override
  public final int readInt() throws IOException {
    need(Integer.BYTES);
    return buffer.readInt();
  }

  @Override
  public final long readLong() throws IOException {
    need(Long.BYTES);
    return buffer.readLong();
  }

  @Override
  public final int indexOf(byte value, int from) {
    look();
    return hold() ? buffer.indexOf(value, from) : -1;
  }

  @Override
  public final int indexOf(byte[] sequence, int from) {
    look();
    return hold() ? buffer.indexOf(sequence, from) : -1;
  }

  @Override
  public final LinkBuffer slice(int n) throws IOException {
    need(n);
    return buffer.slice(n);
  }

  @Override
  public final int length() {
    look();
    return buffer.length();
  }
}
