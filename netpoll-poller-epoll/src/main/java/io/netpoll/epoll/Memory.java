package io.netpoll.epoll;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;

/**
 * A piece of native memory that calls fill or read, in the machine's byte order. Java reads it
 * through the buffer, which the JIT turns into plain loads; calls get the address.
 */
final class Memory {
  final ByteBuffer bytes;
  final long address;

  private Memory(ByteBuffer bytes) {
    this.bytes = bytes;
    this.address = Libc.ADDRESS.applyAsLong(bytes);
  }

  static Memory allocate(int size) {
    return new Memory(ByteBuffer.allocateDirect(size).order(ByteOrder.nativeOrder()));
  }
}
