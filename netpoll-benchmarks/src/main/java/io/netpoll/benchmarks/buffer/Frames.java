package io.netpoll.benchmarks.buffer;

import io.netpoll.LinkBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
import okio.Buffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Pipelined small frames: 16 of a 4-byte length and 64 bytes, written together, then read one by
 * one: as views, but from Okio into an array.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Frames {
  private static final int FRAMES = 16;
  private static final int SIZE = 64;

  private final ByteBufAllocator adaptive = Allocators.adaptive();
  private final ByteBufAllocator pooled = Allocators.pooled();
  private final LinkBuffer buffer = LinkBuffer.create();
  private final Buffer okio = new Buffer();
  private final byte[] payload = new byte[SIZE];
  private final byte[] copy = new byte[SIZE];

  /** Called by JMH. */
  public Frames() {}

  /**
   * Ours.
   *
   * @return a part of what was read
   * @throws IOException never
   */
  @Benchmark
  public long netpoll() throws IOException {
    for (int i = 0; i < FRAMES; i++) {
      buffer.writeInt(SIZE);
      buffer.writeBinary(payload);
    }
    buffer.flush();
    long sum = 0;
    for (int i = 0; i < FRAMES; i++) {
      ByteBuffer frame = buffer.next(buffer.readInt());
      sum += frame.getLong(0);
    }
    buffer.release();
    return sum;
  }

  /**
   * Netty's adaptive allocator.
   *
   * @return a part of what was read
   */
  @Benchmark
  public long nettyAdaptive() {
    return netty(adaptive);
  }

  /**
   * Netty's pooled allocator.
   *
   * @return a part of what was read
   */
  @Benchmark
  public long nettyPooled() {
    return netty(pooled);
  }

  /**
   * Okio.
   *
   * @return a part of what was read
   * @throws IOException never
   */
  @Benchmark
  public long okio() throws IOException {
    for (int i = 0; i < FRAMES; i++) {
      okio.writeInt(SIZE);
      okio.write(payload);
    }
    long sum = 0;
    for (int i = 0; i < FRAMES; i++) {
      okio.read(copy, 0, okio.readInt());
      sum += copy[0];
    }
    return sum;
  }

  private long netty(ByteBufAllocator allocator) {
    ByteBuf frames = allocator.directBuffer(FRAMES * (Integer.BYTES + SIZE));
    for (int i = 0; i < FRAMES; i++) {
      frames.writeInt(SIZE);
      frames.writeBytes(payload);
    }
    long sum = 0;
    for (int i = 0; i < FRAMES; i++) {
      ByteBuf frame = frames.readSlice(frames.readInt());
      sum += frame.getLong(0);
    }
    frames.release();
    return sum;
  }
}
