package io.netpoll.benchmarks.buffer;

import io.netpoll.LinkBuffer;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.concurrent.TimeUnit;
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

/** One message: written from an array, read as a view, released. Okio has no views. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MessageView {
  /** Size of the message in bytes. */
  @Param({"64", "1024", "65536"})
  public int size;

  private final ByteBufAllocator adaptive = Allocators.adaptive();
  private final ByteBufAllocator pooled = Allocators.pooled();
  private final LinkBuffer buffer = LinkBuffer.create();
  private byte[] message = {};

  /** Called by JMH. */
  public MessageView() {}

  /** Makes the message. */
  @Setup
  public void makeMessage() {
    message = new byte[size];
  }

  /**
   * Ours.
   *
   * @return a part of what was read
   * @throws IOException never
   */
  @Benchmark
  public long netpoll() throws IOException {
    buffer.writeBinary(message);
    buffer.flush();
    ByteBuffer view = buffer.next(size);
    long last = view.getLong(size - Long.BYTES);
    buffer.release();
    return last;
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

  private long netty(ByteBufAllocator allocator) {
    ByteBuf message = allocator.directBuffer(size);
    message.writeBytes(this.message);
    ByteBuf view = message.readSlice(size);
    long last = view.getLong(size - Long.BYTES);
    message.release();
    return last;
  }
}
