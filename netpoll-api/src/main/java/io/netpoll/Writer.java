package io.netpoll;

import io.netpoll.spi.BufferProvider;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/**
 * The writing half of a {@link Connection} or a {@link LinkBuffer}. {@link #to(OutputStream)} and
 * {@link #to(WritableByteChannel)} write to anything else, and {@link #asOutputStream()} and {@link
 * #asWritableChannel()} serve code that knows streams and channels only.
 *
 * <p>Everything written is collected in the library's own memory and becomes visible to the reader
 * of a free-standing buffer, or leaves for the peer of a connection, at {@link #flush()}. Only
 * {@code flush} may wait or fail for reasons of the network; the other methods work on memory.
 *
 * <p>One thread may write while another reads. Two threads must not write at the same time.
 *
 * <p>All methods that need memory throw {@link OutOfDirectMemoryException} when the library's limit
 * on direct memory is reached; what was written before stays as it was.
 */
public interface Writer {

  /**
   * Makes a writer to a stream. What is written is collected, {@link #flush} writes it to the
   * stream, copied once into an array, and flushes that.
   *
   * @param sink where the bytes go; it stays the caller's to close
   * @return a new writer, for one thread at a time
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Writer to(OutputStream sink) {
    return Services.require(BufferProvider.class, "netpoll-buffer").writer(sink);
  }

  /**
   * Makes a writer to a channel. What is written is collected, {@link #flush} writes it to the
   * channel, straight from the library's memory. A flush that fails keeps what the channel did not
   * take for the next one.
   *
   * @param sink where the bytes go, in blocking mode: a write that takes nothing fails; it stays
   *     the caller's to close
   * @return a new writer, for one thread at a time
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Writer to(WritableByteChannel sink) {
    return Services.require(BufferProvider.class, "netpoll-buffer").writer(sink);
  }

  /**
   * Reserves {@code n} bytes and shows them for filling. All of them count as written, wherever the
   * view's position ends up. Their initial content is undefined: fill every one.
   *
   * @param n number of bytes, zero or more
   * @return a direct, big-endian view of {@code n} bytes at position 0, valid until {@link #flush},
   *     {@link #mallocAck} or {@link #append(LinkBuffer)}
   * @throws IllegalArgumentException if {@code n} is negative
   */
  ByteBuffer malloc(int n);

  /**
   * Keeps the first {@code n} of all bytes written since the last flush and drops the rest.
   *
   * @param n number of bytes to keep, from 0 to {@link #mallocLength()}
   * @throws IllegalArgumentException if {@code n} is negative or more than was written
   */
  void mallocAck(int n);

  /**
   * The number of bytes written since the last flush.
   *
   * @return zero or more
   */
  int mallocLength();

  /**
   * Writes the low eight bits of {@code value}.
   *
   * @param value the byte
   */
  void writeByte(int value);

  /**
   * Writes the low sixteen bits of {@code value}, big-endian.
   *
   * @param value the number
   */
  void writeShort(int value);

  /**
   * Writes the low sixteen bits of {@code value}, little-endian.
   *
   * @param value the number
   */
  default void writeShortLe(int value) {
    writeShort(Short.reverseBytes((short) value));
  }

  /**
   * Writes four bytes, big-endian.
   *
   * @param value the number
   */
  void writeInt(int value);

  /**
   * Writes four bytes, little-endian.
   *
   * @param value the number
   */
  default void writeIntLe(int value) {
    writeInt(Integer.reverseBytes(value));
  }

  /**
   * Writes eight bytes, big-endian.
   *
   * @param value the number
   */
  void writeLong(long value);

  /**
   * Writes eight bytes, little-endian.
   *
   * @param value the number
   */
  default void writeLongLe(long value) {
    writeLong(Long.reverseBytes(value));
  }

  /**
   * Writes a string. Characters that the charset cannot encode are replaced.
   *
   * @param value the string
   * @param charset how it is encoded
   * @return the number of bytes written
   */
  int writeString(String value, Charset charset);

  /**
   * Writes a string in UTF-8.
   *
   * @param value the string
   * @return the number of bytes written
   */
  default int writeString(String value) {
    return writeString(value, StandardCharsets.UTF_8);
  }

  /**
   * Copies an array. The caller may change it at once.
   *
   * @param source the bytes
   */
  default void writeBinary(byte[] source) {
    writeBinary(source, 0, source.length);
  }

  /**
   * Copies a part of an array. The caller may change it at once.
   *
   * @param source the array
   * @param offset where the part starts
   * @param length its number of bytes
   * @throws IndexOutOfBoundsException if the array has no such part
   */
  void writeBinary(byte[] source, int offset, int length);

  /**
   * Copies the remaining bytes of a buffer, direct or not, and moves its position to its limit. The
   * caller may change its content at once.
   *
   * @param source the bytes
   */
  void writeBinary(ByteBuffer source);

  /**
   * Inserts the remaining bytes of a direct buffer by reference, before the last {@code remaining}
   * bytes of what was malloc'ed last. The buffer's content belongs to this writer for good: it must
   * not be changed any more. Small buffers may be copied.
   *
   * @param direct a direct buffer; its position does not move
   * @param remaining how many of the bytes of the last {@link #malloc} come behind it
   * @throws IllegalArgumentException if the buffer is not direct, or {@code remaining} is negative
   *     or more than the last malloc still holds
   */
  void writeDirect(ByteBuffer direct, int remaining);

  /**
   * Appends the remaining bytes of a direct buffer by reference. Its content belongs to this writer
   * for good.
   *
   * @param direct a direct buffer; its position does not move
   * @throws IllegalArgumentException if the buffer is not direct
   */
  default void append(ByteBuffer direct) {
    writeDirect(direct, 0);
  }

  /**
   * Moves all readable bytes of another buffer to the end of this one, by reference, and leaves
   * that buffer empty (its flushed bytes; it must hold no unflushed ones). A slice is used up by it
   * and needs no release.
   *
   * @param source the buffer to empty
   * @throws IllegalArgumentException if {@code source} is this buffer, holds unflushed bytes, or
   *     was not made by this library
   */
  void append(LinkBuffer source);

  /**
   * Writes {@code count} bytes of a file from {@code position} on, by copying. The file's own
   * position does not move. When the call returns the file is not needed any more; it stays the
   * caller's to close. Blocks for reading the file.
   *
   * <p>Up to 1 MiB is written like other bytes, all of it or nothing, and leaves at {@link #flush}.
   * Of more, so that memory stays bounded, this call flushes what was written before and then the
   * file, 1 MiB at a time, and waits and fails as {@code flush} does; the last part is left for the
   * next flush. A free-standing buffer takes all of it at once.
   *
   * @param file a readable file
   * @param position where to start, in bytes
   * @param count how many bytes, zero or more
   * @throws IllegalArgumentException if {@code position} or {@code count} is negative
   * @throws java.io.EOFException if the file ends earlier; what was written before this call stays,
   *     nothing of this call does. If it shrinks after a part has left, a connection is reset
   * @throws InlineWaitException if more than 1 MiB is asked for where a flush must not wait; {@link
   *     #transferFrom(Path, long, long)} need not
   * @throws IOException if reading the file fails, likewise; or as {@link #flush} does
   */
  void transferFrom(FileChannel file, long position, long count) throws IOException;

  /**
   * Writes {@code count} bytes of a file from {@code position} on. On a connection it is by
   * reference: the system moves the bytes from the file to the socket when their turn comes among
   * the other bytes, and they take no memory of the process, whatever their number. This call opens
   * the file and blocks for nothing else; the library closes it when its last byte was sent, or the
   * connection is closed, or {@link #mallocAck} drops it.
   *
   * <p>The bytes count as written and, once flushed, as unsent output. So {@link #flush} waits
   * until no more than the low-water mark of them is unsent; while it waits for a file, the write
   * timeout begins anew as long as the peer takes bytes, so it fails after one to two write
   * timeouts of standstill. Closing sends what is unsent within one write timeout in all.
   *
   * <p>The content is read when it is sent: a file that is overwritten meanwhile is sent as it is
   * then, and one that becomes shorter resets the connection. A file that is replaced by another of
   * its name, or deleted, is sent as it was.
   *
   * <p>A free-standing buffer, a writer to a stream or channel, and a connection that has a filter,
   * or whose file is not on the default file system, copy the bytes as {@link
   * #transferFrom(FileChannel, long, long)} does.
   *
   * @param file a regular file
   * @param position where to start, in bytes
   * @param count how many bytes, zero or more
   * @throws IllegalArgumentException if {@code position} or {@code count} is negative
   * @throws java.io.EOFException if the file ends earlier
   * @throws java.nio.file.FileSystemException if the file does not exist, must not be read, or is
   *     none; like the exceptions above it leaves what was written as it was
   * @throws ConnectionClosedException if the connection is closed
   * @throws IOException if opening the file fails otherwise
   */
  default void transferFrom(Path file, long position, long count) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      transferFrom(channel, position, count);
    }
  }

  /**
   * Publishes what was written. On a connection the bytes are sent at once; the call waits only
   * while more unsent output than the high-water mark is pending, at most for the write timeout. On
   * a free-standing buffer they become readable.
   *
   * <p>On a poll loop's own thread in inline execution it never waits: sends of one handler call
   * leave together when the handler returns, and output above the mark stops the connection's input
   * until it has drained. Where more than the mark is unsent already, and the peer takes nothing, a
   * flush there is refused, to whichever connection it is. So in every execution mode the mark and
   * one flush bound what a peer that does not read can hold.
   *
   * @throws WriteTimeoutException if the peer did not take enough bytes in time; the bytes stay
   *     queued
   * @throws InlineWaitException if the flush is refused as said above; what it was to send is
   *     dropped
   * @throws ConnectionClosedException if the connection can send no more; what the flush was to
   *     send is dropped
   * @throws java.io.InterruptedIOException if the waiting thread is interrupted; the bytes stay
   *     queued
   * @throws IOException if sending failed
   */
  void flush() throws IOException;

  /**
   * Flushes if that need not wait, and drops what was written if it would have to: on a connection
   * of which more than the high-water mark is unsent, after what the system takes at once was sent.
   * So the mark and one flush bound what a peer that does not read can hold, and the caller never
   * waits for it. A message that is dropped is dropped whole. Where {@link Connection#isWritable}
   * is true, nothing is dropped; {@link Connection#setOnWritable} tells when it is so again.
   * Anything else flushes as by {@link #flush}.
   *
   * @return whether what was written was taken
   * @throws ConnectionClosedException if the connection can send no more; what was written is
   *     dropped
   * @throws IOException if sending failed
   */
  default boolean flushOrDrop() throws IOException {
    flush();
    return true;
  }

  /**
   * Flushes without waiting, however much is unsent: who does not wait for the stage before writing
   * on, nor asks {@link Connection#isWritable}, lets a peer that does not read hold memory without
   * a bound. On a connection it sends at once, also where flushes are coalesced; no write timeout
   * applies. Anything else flushes as by {@link #flush}.
   *
   * @return completes when all that was flushed so far was handed to the system, as a rule before
   *     this call returns; else where callbacks of the connection run, but beside them, so that one
   *     may wait for it outside of inline execution. It fails with a {@link
   *     ConnectionClosedException} if the connection ends before, and with what {@code flush}
   *     throws
   */
  default CompletionStage<Void> flushAsync() {
    try {
      flush();
      return CompletableFuture.completedStage(null);
    } catch (IOException e) {
      return CompletableFuture.failedStage(e);
    }
  }

  /**
   * Shows this writer as a stream. What is written to it is collected as {@code writeBinary} does,
   * without a bound, until the stream or this writer is flushed. Closing the stream flushes it and
   * leaves this writer open.
   *
   * @return a new stream, for the writing thread
   */
  default OutputStream asOutputStream() {
    return new WriterOutputStream(this);
  }

  /**
   * Shows this writer as a channel. Each write takes all remaining bytes of the caller's buffer and
   * flushes. Closing the channel leaves this writer open.
   *
   * @return a new channel, for the writing thread
   */
  default WritableByteChannel asWritableChannel() {
    return new WriterChannel(this);
  }
}
