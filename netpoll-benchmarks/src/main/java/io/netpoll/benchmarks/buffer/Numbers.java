package io.netpoll.benchmarks.buffer;

import io.netpoll.LinkBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
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

/** Numbers of each size, 64 rounds of 15 bytes, written together, then read. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Numbers {
  private static final int ROUNDS = 64;
  private static final int ROUND = Byte.BYTES + Short.BYTES + Integer.BYTES + Long.BYTES;

  private final ByteBufAllocator adaptive = Allocators.adaptive();
  private final ByteBufAllocator pooled = Allocators.pooled();
  private final LinkBuffer buffer = LinkBuffer.create();
  private final Buffer okio = new Buffer();

  /** Called by JMH. */
  public Numbers() {}

  /**
   * Ours.
   *
   * @return a part of what was read
   * @throws IOException never
   */
  @Benchmark
  public long netpoll() throws IOException {
    for (int i = 0; i < ROUNDS; i++) {
      buffer.writeByte(i);
      buffer.writeShort(i);
      buffer.writeInt(i);
      buffer.writeLong(i);
    }
    buffer.flush();
    long sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
      sum += buffer.readByte() + buffer.readShort() + buffer.readInt() + buffer.readLong();
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
    for (int i = 0; i < ROUNDS; i++) {
      okio.writeByte(i);
      okio.writeShort(i);
      okio.writeInt(i);
      okio.writeLong(i);
    }
    long sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
      sum += okio.readByte() + okio.readShort() + okio.readInt() + okio.readLong();
    }
    return sum;
  }

  private long netty(ByteBufAllocator allocator) {
    ByteBuf numbers = allocator.directBuffer(ROUNDS * ROUND);
    for (int i = 0; i < ROUNDS; i++) {
      numbers.writeByte(i);
      numbers.writeShort(i);
      numbers.writeInt(i);
      numbers.writeLong(i);
    }
    long sum = 0;
    for (int i = 0; i < ROUNDS; i++) {
      sum += numbers.readByte() + numbers.readShort() + numbers.readInt() + numbers.readLong();
    }
    numbers.release();
    return sum;
  }
}
