package io.netpoll.buffer;

import io.netpoll.DelimiterNotFoundException;
import io.netpoll.Reader;
import io.netpoll.spi.Spans;
import java.io.EOFException;
import java.nio.ByteBuffer;
import java.nio.charset.Charset;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The consumer's side of a buffer: one thread at a time. Never waits.
 *
 * <p>Every method compares with the published count first, so that it consumes all it was asked for
 * or nothing. Consumed nodes stay linked from {@code first} to {@code head}, for the sake of views,
 * until {@link #release}.
 *
 * <p>The methods for numbers look at the head themselves rather than through {@link #holding}: the
 * compiler counts branches by method, and inlines at a call what was ever executed in the callee.
 */
abstract class ReadSide extends WriteSide implements Reader {
  private static final ByteBuffer NO_BYTES = ByteBuffer.allocateDirect(0);

  /** Foreign memory can be so large that the sum of two spans would overflow. */
  private static final int LARGEST_SPAN = 1 << 30;

  private @Nullable ContiguousCopies copies;

  ReadSide(PagePool pool) {
    super(pool);
  }

  static ByteBuffer noBytes() {
    return NO_BYTES.slice();
  }

  /** The node that the next bytes, at least one, are in; null if they lie across nodes. */
  private @Nullable Node holding(int n) throws EOFException {
    Node node = head;
    return node != null && knownEnd - node.read >= n ? node : find(n);
  }

  private @Nullable Node find(int n) throws EOFException {
    Node node = look(require(n));
    return knownEnd - node.read >= n ? node : null;
  }

  @Override
  public final ByteBuffer next(int n) throws EOFException {
    if (n <= 0) {
      checkSize(n);
      return noBytes();
    }
    Node node = holding(n);
    if (node == null) {
      ByteBuffer view = watch.guard(copied(n));
      drop(n);
      return view;
    }
    int at = node.read;
    ByteBuffer view = watch.guard(node.memory.slice(at, n));
    node.read = at + n;
    consume(n);
    return view;
  }

  @Override
  public final ByteBuffer peek(int n) throws EOFException {
    if (n <= 0) {
      checkSize(n);
      return noBytes();
    }
    Node node = holding(n);
    return watch.guard(node != null ? node.memory.slice(node.read, n) : copied(n));
  }

  @Override
  public final int peekInt() throws EOFException {
    Node node = holding(4);
    return node != null ? node.memory.getInt(node.read) : copied(4).getInt();
  }

  private ByteBuffer copied(int n) {
    Node head = current();
    ContiguousCopies known = copies;
    if (known == null) {
      known = new ContiguousCopies(pool, position(), head, n);
      copies = known;
    }
    return known.view(position(), head, n);
  }

  @Override
  public final void skip(int n) throws EOFException {
    require(n);
    drop(n);
  }

  /** Consumes bytes that are known to be there. */
  final void drop(int n) {
    for (int left = n; left > 0; ) {
      Node node = current();
      int run = Math.min(left, node.end - node.read);
      node.read += run;
      consume(run);
      left -= run;
    }
  }

  @Override
  public final ByteBuffer until(byte delimiter) throws EOFException {
    int index = indexOf(delimiter);
    if (index < 0) {
      throw new EOFException(
          "The delimiter " + delimiter + " is not among the " + length() + " readable bytes");
    }
    return next(index + 1);
  }

  @Override
  public final ByteBuffer until(byte delimiter, int max)
      throws EOFException, DelimiterNotFoundException {
    if (max < 1) {
      throw new IllegalArgumentException("A delimiter needs at least 1 byte, not " + max);
    }
    int readable = length();
    int index = indexOf(delimiter, 0, max);
    if (index >= 0) {
      return next(index + 1);
    }
    if (readable >= max) {
      throw new DelimiterNotFoundException(
          "The delimiter " + delimiter + " is not among the next " + max + " bytes");
    }
    throw new EOFException(
        "The delimiter " + delimiter + " is not among the " + readable + " readable bytes");
  }

  @Override
  public final String readString(int n, Charset charset) throws EOFException {
    return new String(readBinary(n), charset);
  }

  @Override
  public final byte[] readBinary(int n) throws EOFException {
    require(n);
    byte[] bytes = new byte[n];
    for (int done = 0; done < n; ) {
      Node node = current();
      int run = Math.min(n - done, node.end - node.read);
      node.memory.get(node.read, bytes, done, run);
      node.read += run;
      consume(run);
      done += run;
    }
    return bytes;
  }

  @Override
  public final byte readByte() throws EOFException {
    Node node = head;
    if (node == null || knownEnd - node.read < 1) {
      node = find(1);
    }
    if (node == null) {
      return (byte) across(1);
    }
    int at = node.read;
    byte value = node.memory.get(at);
    node.read = at + 1;
    consume(1);
    return value;
  }

  @Override
  public final short readShort() throws EOFException {
    Node node = head;
    if (node == null || knownEnd - node.read < 2) {
      node = find(2);
    }
    if (node == null) {
      return (short) across(2);
    }
    int at = node.read;
    short value = node.memory.getShort(at);
    node.read = at + 2;
    consume(2);
    return value;
  }

  @Override
  public final int readInt() throws EOFException {
    Node node = head;
    if (node == null || knownEnd - node.read < 4) {
      node = find(4);
    }
    if (node == null) {
      return (int) across(4);
    }
    int at = node.read;
    int value = node.memory.getInt(at);
    node.read = at + 4;
    consume(4);
    return value;
  }

  @Override
  public final long readLong() throws EOFException {
    Node node = head;
    if (node == null || knownEnd - node.read < 8) {
      node = find(8);
    }
    if (node == null) {
      return across(8);
    }
    int at = node.read;
    long value = node.memory.getLong(at);
    node.read = at + 8;
    consume(8);
    return value;
  }

  /** Reads a number that lies across pages. */
  private long across(int bytes) {
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      Node node = current();
      value = value << 8 | node.memory.get(node.read) & 0xff;
      node.read += 1;
      consume(1);
    }
    return value;
  }

  @Override
  public final int indexOf(byte value, int from) {
    return indexOf(value, from, Integer.MAX_VALUE);
  }

  @Override
  public final int indexOf(byte[] sequence, int from) {
    if (sequence.length == 0) {
      throw new IllegalArgumentException("A sequence to find needs at least 1 byte, not 0.");
    }
    checkSize(from);
    long readable = Math.min(available(), Integer.MAX_VALUE);
    return readable == 0 ? -1 : SequenceSearch.indexOf(current(), readable, sequence, from);
  }

  /**
   * Finds a byte among the readable ones from a distance on. Consumes nothing.
   *
   * @param value the byte to find
   * @param from where to start, as a distance from the next byte to read; zero or more
   * @param max how many bytes to look at, zero or more
   * @return its distance from the next byte to read, or -1 if it is not among those bytes
   */
  public final int indexOf(byte value, int from, int max) {
    checkSize(from);
    checkSize(max);
    long end = Math.min(Math.min(available(), Integer.MAX_VALUE), (long) from + max);
    if (from >= end) {
      return -1;
    }
    long distance = 0; // of the node's next byte
    Node node = current();
    while (true) {
      long run = node.end - node.read;
      if (from < distance + run) {
        int start = node.read + (int) Math.max(0, from - distance);
        int stop = node.read + (int) Math.min(run, end - distance);
        int found = ByteSearch.indexOf(node.memory, value, start, stop);
        if (found >= 0) {
          return (int) distance + found - node.read;
        }
      }
      distance += run;
      if (distance >= end) {
        return -1;
      }
      node = Objects.requireNonNull(node.next);
    }
  }

  @Override
  public final int readTo(ByteBuffer destination) {
    int room = destination.remaining();
    if (room == 0) {
      return 0;
    }
    int n = (int) Math.min(available(), room);
    if (n == 0) {
      return -1;
    }
    for (int left = n; left > 0; ) {
      Node node = current();
      int run = Math.min(left, node.end - node.read);
      int at = destination.position();
      destination.put(at, node.memory, node.read, run).position(at + run);
      node.read += run;
      consume(run);
      left -= run;
    }
    return n;
  }

  @Override
  public final boolean request(int n) {
    checkSize(n);
    return available() >= n;
  }

  @Override
  public final void release() {
    watch.requireNotGivenBack();
    watch.endViews();
    releaseCopies();
    giveBack();
    noteIfEmpty();
  }

  final void releaseCopies() {
    ContiguousCopies known = copies;
    if (known != null) {
      copies = null;
      known.release();
    }
  }

  @Override
  public final int length() {
    return saturated(available());
  }

  // The engine's methods; their contract is in LinkedBuffer.

  final int collectSpans(Spans into) {
    into.clear();
    long left = available();
    if (left > 0) {
      Node node = current();
      while (into.hasRoom()) {
        int whole = (int) Math.min(left, node.end - node.read);
        int run = Math.min(whole, LARGEST_SPAN);
        if (node.page instanceof FilePage part) {
          if (into.count() == 0) {
            into.add(part.file, part.position + node.read, run);
          }
          break;
        }
        into.add(node.page, node.read, run, node.ownsWindow);
        left -= run;
        if (left == 0 || run < whole) {
          break;
        }
        node = Objects.requireNonNull(node.next);
      }
    }
    return into.bytes();
  }

  final void acknowledgeSent(int n) {
    long readable = available();
    if (n < 0 || n > readable) {
      throw new IllegalArgumentException(
          "Of " + readable + " bytes, " + n + " cannot be acknowledged.");
    }
    drop(n);
    release();
  }

  /** Checks that {@code n} bytes can be read, and tells how many can. */
  final long require(int n) throws EOFException {
    long readable = available();
    if (n < 0 || n > readable) {
      checkSize(n);
      throw new EOFException("needs " + n + " bytes, " + readable + " are readable");
    }
    return readable;
  }
}
