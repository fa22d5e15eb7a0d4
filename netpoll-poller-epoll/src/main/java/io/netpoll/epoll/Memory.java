package io.netpoll.epoll;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A piece of native memory that calls fill or read, in the machine's byte order. Java reads it
 * through the buffer, which the JIT turns into plain loads; calls get the address.
 *
 * <p>There are two kinds. What a poller keeps is {@linkplain #allocate allocated} when it is
 * opened, as direct memory, and the collector frees it. What a call needs for a moment, and what
 * the process keeps, comes from the {@linkplain #malloc C library}: direct memory may be used up,
 * and then the virtual machine sleeps for half a second before it says so, which a poll loop must
 * not.
 */
final class Memory implements AutoCloseable {
  final ByteBuffer bytes;
  final long address;
  private final boolean ofTheLibrary;

  private Memory(ByteBuffer bytes, long address, boolean ofTheLibrary) {
    this.bytes = bytes.order(ByteOrder.nativeOrder());
    this.address = address;
    this.ofTheLibrary = ofTheLibrary;
  }

  /**
   * Allocates direct memory, zeroed. The collector frees it. Not on a poll loop's thread: this may
   * sleep.
   *
   * @throws OutOfMemoryError if there is none
   */
  static Memory allocate(int size) {
    ByteBuffer bytes = ByteBuffer.allocateDirect(size);
    return new Memory(bytes, Libc.ADDRESS.applyAsLong(bytes), false);
  }

  /**
   * Allocates memory of the C library, zeroed, until it is closed. Any thread.
   *
   * @throws OutOfMemoryError if there is none
   */
  static Memory malloc(int size) {
    long address = Libc.malloc(size);
    try {
      return new Memory(Libc.bufferAt(address, size), address, true);
    } catch (Throwable t) { // the heap is full
      Libc.free(address);
      throw t;
    }
  }

  /** Frees what came from the C library; once, by its only user. */
  @Override
  public void close() {
    if (ofTheLibrary) {
      Libc.free(address);
    }
  }
}
