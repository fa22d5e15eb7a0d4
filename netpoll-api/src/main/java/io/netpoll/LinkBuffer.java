package io.netpoll;

import io.netpoll.spi.BufferProvider;
import java.nio.ByteBuffer;

/**
 * A buffer made of linked pages of pooled direct memory, which can be sliced and spliced without
 * copying.
 *
 * <p>Bytes become readable at {@link #flush()}. One thread may write while another reads, without a
 * lock; what a flush published happens-before the read that sees it.
 *
 * <p>{@link #release()} is the only memory duty. There are no reference counts: a buffer that is
 * never released costs its pages until the garbage collector finds it, nothing worse. Pages smaller
 * than 1 MiB are cut from blocks of 1 MiB, and a lost one comes back with its block only: when
 * nothing else uses memory of that block.
 *
 * <h2>Debugging</h2>
 *
 * With the system property {@code io.netpoll.buffer.debug} set to {@code true}, mistakes are
 * noticed, at a price in speed:
 *
 * <ul>
 *   <li>views are read-only; from JDK 22 on, reading through one that has ended throws an {@link
 *       IllegalStateException}, before that it shows bytes of the value 0xDB;
 *   <li>memory that was written to after its release is logged when it is used next, with the place
 *       of the release;
 *   <li>releasing or appending a slice that was closed or appended already throws an {@link
 *       IllegalStateException}, whose cause shows where that was;
 *   <li>a buffer that the garbage collector finds with memory that it never released is logged,
 *       with the place where it was made.
 * </ul>
 */
public interface LinkBuffer extends Reader, Writer, AutoCloseable {

  /**
   * Makes an empty buffer, which holds no memory until something is written.
   *
   * @return a new buffer
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static LinkBuffer create() {
    return Services.require(BufferProvider.class, "netpoll-buffer").create();
  }

  /**
   * Makes a buffer that holds the remaining bytes of a direct buffer by reference, flushed. Its
   * content belongs to the new buffer for good.
   *
   * @param direct a direct buffer; its position does not move
   * @return a new buffer
   * @throws IllegalArgumentException if the buffer is not direct
   */
  static LinkBuffer wrap(ByteBuffer direct) {
    LinkBuffer buffer = create();
    buffer.append(direct);
    buffer.flush();
    return buffer;
  }

  /**
   * Tells how much direct memory all buffers and connections of the process take.
   *
   * @return the numbers of this moment; about right while other threads take and give memory
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static BufferMemory memory() {
    return Services.require(BufferProvider.class, "netpoll-buffer").memory();
  }

  /** Publishes what was written to the reader. Never waits. */
  @Override
  void flush();

  /**
   * Gives back all memory, read or not, and leaves the buffer empty and usable. All views taken
   * from it end here; slices do not. Both the reading and the writing thread must be done with it.
   */
  @Override
  void close();
}
