package io.netpoll.benchmarks.buffer;

import io.netty.buffer.AdaptiveByteBufAllocator;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.PooledByteBufAllocator;

/** Netty's allocators of direct buffers, as its own code gets them. */
final class Allocators {

  private Allocators() {}

  static ByteBufAllocator adaptive() {
    return new AdaptiveByteBufAllocator(true);
  }

  static ByteBufAllocator pooled() {
    return PooledByteBufAllocator.DEFAULT;
  }
}
