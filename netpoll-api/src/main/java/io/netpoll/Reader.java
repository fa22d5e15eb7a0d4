package io.netpoll;

import io.netpoll.spi.BufferProvider;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.ReadableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/**
 * The reading half of a {@link Connection} or a {@link LinkBuffer}: bytes in order, without copies.
 * {@link #from(InputStream)} and {@link #from(ReadableByteChannel)} read from anything else, and
 * {@link #asInputStream()} and {@link #asReadableChannel()} serve code that knows streams and
 * channels only.
 *
 * <h2>Blocking</h2>
 *
 * On a connection a method that needs more bytes than are buffered waits for them, at most for the
 * connection's read timeout and not past its read deadline. It never consumes part of what it was
 * asked for: a call that throws leaves every byte readable. In inline execution on a poll loop's
 * thread it throws {@link InlineWaitException} instead of waiting; {@link #request} asks without
 * waiting. A free-standing {@link LinkBuffer} never waits.
 *
 * <p>Waiting methods throw
 *
 * <ul>
 *   <li>{@link ReadTimeoutException} when the time is over;
 *   <li>{@link ConnectionClosedException} when the input has ended, or the connection was closed,
 *       before enough bytes came;
 *   <li>{@link java.io.InterruptedIOException} when the waiting thread is interrupted (its
 *       interrupt flag stays set; the connection stays usable);
 *   <li>{@link java.io.EOFException} on a free-standing buffer that holds fewer bytes, or when a
 *       stream or channel ended before enough bytes came, with both numbers;
 *   <li>{@link IllegalArgumentException} for a negative size, with the value.
 * </ul>
 *
 * <h2>Views</h2>
 *
 * A returned {@link ByteBuffer} is a direct, big-endian view of the library's own memory with
 * position 0 and limit and capacity equal to the length asked for. The reader has moved past its
 * bytes already, whatever is done to the view. It is read-only by contract: writing through it is
 * not prevented, and corrupts what others read. A view is valid until {@link #release()}, or until
 * the {@link OnRequest} call that took it returns, whichever comes first; the end of the connection
 * does not end it. To keep bytes longer, use {@link #slice} or copy them.
 *
 * <h2>Threads</h2>
 *
 * One thread may read while another writes. Two threads must not read at the same time; where that
 * is detected, the second gets an {@link IllegalStateException}.
 */
public interface Reader {

  /**
   * Makes a reader of what a stream gives. It waits where the stream does, and reads ahead as far
   * as the stream has bytes at hand. Bytes are copied once, from the stream's array.
   *
   * @param source where the bytes come from; it stays the caller's to close, and {@link #release}
   *     then gives back what was consumed
   * @return a new reader, for one thread at a time
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Reader from(InputStream source) {
    return Services.require(BufferProvider.class, "netpoll-buffer").reader(source);
  }

  /**
   * Makes a reader of what a channel gives, which reads straight into the library's memory. It
   * waits where the channel does, and reads ahead as far as the channel has bytes at hand.
   *
   * @param source where the bytes come from, in blocking mode: a read that gives nothing fails; it
   *     stays the caller's to close, and {@link #release} then gives back what was consumed
   * @return a new reader, for one thread at a time
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Reader from(ReadableByteChannel source) {
    return Services.require(BufferProvider.class, "netpoll-buffer").reader(source);
  }

  /**
   * Reads {@code n} bytes, waiting for them.
   *
   * @param n number of bytes, zero or more; zero gives an empty view and never waits
   * @return a view of exactly {@code n} bytes
   * @throws IOException as the class comment says; nothing is consumed then
   */
  ByteBuffer next(int n) throws IOException;

  /**
   * Shows the next {@code n} bytes without consuming them, waiting for them. May be repeated.
   *
   * @param n number of bytes, zero or more
   * @return a view of exactly {@code n} bytes
   * @throws IOException as the class comment says
   */
  ByteBuffer peek(int n) throws IOException;

  /**
   * Shows the next four bytes as a big-endian number without consuming them, waiting for them: for
   * protocols whose frames begin with their length.
   *
   * @return the number
   * @throws IOException as the class comment says
   */
  int peekInt() throws IOException;

  /**
   * Drops the next {@code n} bytes, waiting for them.
   *
   * @param n number of bytes, zero or more
   * @throws IOException as the class comment says; nothing is dropped then
   */
  void skip(int n) throws IOException;

  /**
   * Reads up to and including the first {@code delimiter}, waiting for it without a bound on the
   * number of bytes. Use {@link #until(byte, int)} where the peer is not trusted.
   *
   * @param delimiter the byte that ends the view
   * @return a view that ends with the delimiter
   * @throws IOException as the class comment says; also when the input ends before a delimiter
   *     came, and the bytes stay readable then
   */
  ByteBuffer until(byte delimiter) throws IOException;

  /**
   * Reads up to and including the first {@code delimiter}, which must be among the next {@code max}
   * bytes.
   *
   * @param delimiter the byte that ends the view
   * @param max the largest length of the view, the delimiter included; at least 1
   * @return a view that ends with the delimiter
   * @throws DelimiterNotFoundException if the next {@code max} bytes hold no delimiter; they stay
   *     readable
   * @throws IOException as the class comment says
   */
  ByteBuffer until(byte delimiter, int max) throws IOException;

  /**
   * Reads {@code n} bytes as a string, waiting for them. Malformed input is replaced.
   *
   * @param n number of bytes (not characters), zero or more
   * @param charset how they are decoded
   * @return the string
   * @throws IOException as the class comment says
   */
  String readString(int n, Charset charset) throws IOException;

  /**
   * Reads {@code n} bytes as a UTF-8 string.
   *
   * @param n number of bytes (not characters), zero or more
   * @return the string
   * @throws IOException as the class comment says
   */
  default String readString(int n) throws IOException {
    return readString(n, StandardCharsets.UTF_8);
  }

  /**
   * Reads {@code n} bytes into a new array, waiting for them.
   *
   * @param n number of bytes, zero or more
   * @return an array of length {@code n}, the caller's own
   * @throws IOException as the class comment says
   */
  byte[] readBinary(int n) throws IOException;

  /**
   * Reads one byte, waiting for it.
   *
   * @return the byte
   * @throws IOException as the class comment says
   */
  byte readByte() throws IOException;

  /**
   * Reads one byte as an unsigned number, waiting for it.
   *
   * @return 0 to 255
   * @throws IOException as the class comment says
   */
  default int readUnsignedByte() throws IOException {
    return readByte() & 0xff;
  }

  /**
   * Reads two bytes as a big-endian number, waiting for them.
   *
   * @return the number
   * @throws IOException as the class comment says
   */
  short readShort() throws IOException;

  /**
   * Reads two bytes as a little-endian number, waiting for them.
   *
   * @return the number
   * @throws IOException as the class comment says
   */
  default short readShortLe() throws IOException {
    return Short.reverseBytes(readShort());
  }

  /**
   * Reads two bytes as an unsigned big-endian number, waiting for them.
   *
   * @return 0 to 65535
   * @throws IOException as the class comment says
   */
  default int readUnsignedShort() throws IOException {
    return readShort() & 0xffff;
  }

  /**
   * Reads four bytes as a big-endian number, waiting for them.
   *
   * @return the number
   * @throws IOException as the class comment says
   */
  int readInt() throws IOException;

  /**
   * Reads four bytes as a little-endian number, waiting for them.
   *
   * @return the number
   * @throws IOException as the class comment says
   */
  default int readIntLe() throws IOException {
    return Integer.reverseBytes(readInt());
  }

  /**
   * Reads four bytes as an unsigned big-endian number, waiting for them.
   *
   * @return 0 to 4294967295
   * @throws IOException as the class comment says
   */
  default long readUnsignedInt() throws IOException {
    return readInt() & 0xffff_ffffL;
  }

  /**
   * Reads eight bytes as a big-endian number, waiting for them.
   *
   * @return the number
   * @throws IOException as the class comment says
   */
  long readLong() throws IOException;

  /**
   * Reads eight bytes as a little-endian number, waiting for them.
   *
   * @return the number
   * @throws IOException as the class comment says
   */
  default long readLongLe() throws IOException {
    return Long.reverseBytes(readLong());
  }

  /**
   * Finds a byte among those that are buffered now. Never waits, consumes nothing.
   *
   * @param value the byte to find
   * @return its distance from the next byte to read, or -1 if it is not buffered
   */
  default int indexOf(byte value) {
    return indexOf(value, 0);
  }

  /**
   * Finds a byte among those that are buffered now, from a distance on. Never waits, consumes
   * nothing.
   *
   * @param value the byte to find
   * @param from the least distance, zero or more; may lie beyond what is buffered
   * @return its distance from the next byte to read, or -1 if it is not buffered from there on
   * @throws IllegalArgumentException if {@code from} is negative
   */
  int indexOf(byte value, int from);

  /**
   * Finds a sequence of bytes among those that are buffered now. Never waits, consumes nothing.
   *
   * @param sequence the bytes to find, at least one
   * @return the distance of the first of them from the next byte to read, or -1 if the whole
   *     sequence is not buffered
   * @throws IllegalArgumentException if {@code sequence} is empty
   */
  default int indexOf(byte[] sequence) {
    return indexOf(sequence, 0);
  }

  /**
   * Finds a sequence of bytes among those that are buffered now, from a distance on. Never waits,
   * consumes nothing.
   *
   * @param sequence the bytes to find, at least one
   * @param from the least distance, zero or more; may lie beyond what is buffered
   * @return the distance of the first of them from the next byte to read, or -1 if the whole
   *     sequence is not buffered from there on
   * @throws IllegalArgumentException if {@code sequence} is empty or {@code from} is negative
   */
  int indexOf(byte[] sequence, int from);

  /**
   * Copies buffered bytes into {@code destination}: as many as are buffered and fit, at least one.
   * Waits only while nothing is buffered.
   *
   * @param destination where the bytes go; its position moves
   * @return how many bytes were copied, 0 if {@code destination} has no room, -1 if the input has
   *     ended (for a free-standing buffer: if it is empty)
   * @throws IOException as the class comment says, except that the end of input is no error
   */
  int readTo(ByteBuffer destination) throws IOException;

  /**
   * Takes the next {@code n} bytes, waiting for them, as a buffer with a life of its own. It shares
   * memory with this reader instead of copying (a small slice is copied, so that it pins no page),
   * stays valid after this reader was released or closed, and may be used and released on any
   * thread. This reader is not released by it.
   *
   * @param n number of bytes, zero or more
   * @return a buffer that holds exactly {@code n} bytes
   * @throws IOException as the class comment says
   */
  LinkBuffer slice(int n) throws IOException;

  /**
   * Asks whether {@code n} bytes can be read without waiting, and never waits itself.
   *
   * <p>If not, this reader remembers the wish: the bound on buffered input is raised to {@code n}
   * if it is lower, and {@link OnRequest} is not called again before {@code n} bytes are there or
   * the input has ended. So a handler that must not wait returns when this says {@code false}, and
   * is called again when it is worth it. The last call counts: one that says {@code true} ends the
   * wish before. A wish also ends when the handler is called, or another one is set. A
   * free-standing buffer only compares.
   *
   * @param n number of bytes, zero or more
   * @return whether {@code n} bytes are buffered
   * @throws IllegalArgumentException if {@code n} is negative
   */
  boolean request(int n);

  /**
   * Gives back the memory of everything consumed so far. All views taken from this reader end here;
   * slices do not. Called for the handler when {@link OnRequest} returns.
   */
  void release();

  /**
   * The number of bytes that can be read without waiting.
   *
   * @return zero or more; at most {@link Integer#MAX_VALUE} even if more are buffered
   */
  int length();

  /**
   * Shows this reader as a stream that copies into its callers' arrays. Its reads wait for the
   * first byte only, as {@link #readTo} does; {@code available} is {@link #length()}. It releases
   * this reader as it goes, so views taken from it before end there. Closing the stream releases
   * once more and leaves this reader open.
   *
   * @return a new stream, for the reading thread
   */
  default InputStream asInputStream() {
    return new ReaderInputStream(this);
  }

  /**
   * Shows this reader as a channel that copies into its callers' buffers. Its reads wait for the
   * first byte only, as {@link #readTo} does, and release this reader, so views taken from it
   * before end there. Closing the channel leaves this reader open.
   *
   * @return a new channel, for the reading thread
   */
  default ReadableByteChannel asReadableChannel() {
    return new ReaderChannel(this);
  }
}
