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
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/** One message: written from an array, read into an array, released. */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 1)
@Measurement(iterations = 5, time = 1)
public class MessageCopy {
  /** Size of the message in bytes. */
  @Param({"64", "1024", "65536"})
  public int size;

  private final ByteBufAllocator adaptive = Allocators.adaptive();
  private final ByteBufAllocator pooled = Allocators.pooled();
  private final LinkBuffer buffer = LinkBuffer.create();
  private final Buffer okio = new Buffer();
  private byte[] message = {};
  private byte[] copy = {};
  private ByteBuffer destination = ByteBuffer.wrap(copy);

  /** Called by JMH. */
  public MessageCopy() {}

  /** Makes the message and the room for its copy. */
  @Setup
  public void makeMessage() {
    message = new byte[size];
    copy = new byte[size];
    destination = ByteBuffer.wrap(copy);
  }

  /**
   * Ours.
   *
   * @return a part of what was read
   * @throws IOException never
   */
  @Benchmark
  public byte[] netpoll() throws IOException {
    buffer.writeBinary(message);
    buffer.flush();
    buffer.readTo(destination.clear());
    buffer.release();
    return copy;
  }

  /**
   * Netty's adaptive allocator.
   *
   * @return a part of what was read
   */
  @Benchmark
  public byte[] nettyAdaptive() {
    return netty(adaptive);
  }

  /**
   * Netty's pooled allocator.
   *
   * @return a part of what was read
   */
  @Benchmark
  public byte[] nettyPooled() {
    return netty(pooled);
  }

  /**
   * Okio.
   *
   * @return a part of what was read
   * @throws IOException never
   */
  @Benchmark
  public byte[] okio() throws IOException {
    okio.write(message);
    okio.readFully(copy);
    return copy;
  }

  private byte[] netty(ByteBufAllocator allocator) {
    ByteBuf message = allocator.directBuffer(size);
    message.writeBytes(this.message);
    message.readBytes(copy);
    message.release();
    return copy;
  }
}
