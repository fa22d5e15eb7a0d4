package io.netpoll.benchmarks.buffer;

import io.netpoll.LinkBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.concurrent.TimeUnit;
import okio.Buffer;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * A long line: written from an array, then read up to its end, which must be searched: as a view,
 * but from Okio into an array.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class Lines {
  /** Length of the line in bytes, its end included. */
  @Param({"1024", "16384"})
  public int length;

  private final ByteBufAllocator adaptive = Allocators.adaptive();
  private final ByteBufAllocator pooled = Allocators.pooled();
  private final LinkBuffer buffer = LinkBuffer.create();
  private final Buffer okio = new Buffer();
  private byte[] line = {};
  private byte[] copy = {};

  /** Called by JMH. */
  public Lines() {}

  /** Makes the line. */
  @Setup
  public void makeLine() {
    line = new byte[length];
    copy = new byte[length];
    Arrays.fill(line, (byte) 'x');
    line[length - 1] = '\n';
  }

  /**
   * Ours.
   *
   * @return a part of what was read
   * @throws IOException never
   */
  @Benchmark
  public int netpoll() throws IOException {
    buffer.writeBinary(line);
    buffer.flush();
    ByteBuffer view = buffer.until((byte) '\n');
    int last = view.get(view.limit() - 1);
    buffer.release();
    return last;
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
  public int okio() throws IOException {
    okio.write(line);
    long end = okio.indexOf((byte) '\n');
    okio.readFully(copy); // it is as long as the line; read would stop at the end of a segment
    return copy[(int) end];
  }

  private int netty(ByteBufAllocator allocator) {
    ByteBuf buffer = allocator.directBuffer(length);
    buffer.writeBytes(line);
    ByteBuf view = buffer.readSlice(buffer.bytesBefore((byte) '\n') + 1);
    int last = view.getByte(view.writerIndex() - 1);
    buffer.release();
    return last;
  }
}
