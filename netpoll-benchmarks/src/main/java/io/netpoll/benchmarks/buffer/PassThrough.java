package io.netpoll.benchmarks.buffer;

import io.netpoll.LinkBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.CompositeByteBuf;
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

/**
 * What a proxy does: 16 KiB that have arrived (their content does not matter) pass from one buffer
 * to another in four parts, by reference, and leave.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class PassThrough {
  private static final int PARTS = 4;
  private static final int PART = 4 << 10;

  private final ByteBufAllocator adaptive = Allocators.adaptive();
  private final ByteBufAllocator pooled = Allocators.pooled();
  private final LinkBuffer input = LinkBuffer.create();
  private final LinkBuffer output = LinkBuffer.create();
  private final Buffer okioInput = new Buffer();
  private final Buffer okioOutput = new Buffer();
  private final Buffer.UnsafeCursor cursor = new Buffer.UnsafeCursor();

  /** Called by JMH. */
  public PassThrough() {}

  /**
   * Ours.
   *
   * @return a part of what was read
   * @throws IOException never
   */
  @Benchmark
  public int netpoll() throws IOException {
    input.malloc(PARTS * PART);
    input.flush();
    for (int i = 0; i < PARTS; i++) {
      output.append(input.slice(PART));
    }
    input.release();
    output.flush();
    int length = output.length();
    output.skip(length);
    output.release();
    return length;
  }

  /**
   * Netty's adaptive allocator.
   *
   * @return a part of what was read
   */
  @Benchmark
  public int nettyAdaptive() {
    return netty(adaptive);
  }

  /**
   * Netty's pooled allocator.
   *
   * @return a part of what was read
   */
  @Benchmark
  public int nettyPooled() {
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
    okioInput.readAndWriteUnsafe(cursor);
    cursor.resizeBuffer(PARTS * PART);
    cursor.close();
    for (int i = 0; i < PARTS; i++) {
      okioOutput.write(okioInput, PART);
    }
    long length = okioOutput.size();
    okioOutput.skip(length);
    return length;
  }

  private int netty(ByteBufAllocator allocator) {
    ByteBuf input = allocator.directBuffer(PARTS * PART);
    input.writerIndex(PARTS * PART);
    CompositeByteBuf output = allocator.compositeDirectBuffer(PARTS);
    for (int i = 0; i < PARTS; i++) {
      output.addComponent(true, input.readRetainedSlice(PART));
    }
    input.release();
    int length = output.readableBytes();
    output.skipBytes(length);
    output.release();
    return length;
  }
}
