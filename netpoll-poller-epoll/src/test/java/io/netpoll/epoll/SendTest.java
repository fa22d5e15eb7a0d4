package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(180)
class SendTest {
  private static final int MIB = 1 << 20;

  @TempDir Path directory;
  private Loop loop;

  @BeforeEach
  void open() throws IOException {
    loop = new Loop();
  }

  @AfterEach
  void close() throws Exception {
    loop.close();
  }

  private static <T> FutureTask<T> start(Callable<T> work) {
    FutureTask<T> task = new FutureTask<>(work);
    new Thread(task).start();
    return task;
  }

  /** Queues bytes in pieces of many lengths; returns their checksum. */
  private static long write(TestEndpoint endpoint, long total) {
    byte[] content = new byte[MIB];
    new Random(42).nextBytes(content);
    TestPage page = TestPage.of(content);
    CRC32C checksum = new CRC32C();
    Random random = new Random(43);
    for (long left = total; left > 0; ) {
      int length = (int) Math.min(left, 1 + random.nextInt(200_000));
      int offset = random.nextInt(MIB - length + 1);
      endpoint.write(page, offset, length);
      checksum.update(content, offset, length);
      left -= length;
    }
    return checksum.getValue();
  }

  private static long checksumOf(SocketChannel peer, long total) throws IOException {
    CRC32C checksum = new CRC32C();
    ByteBuffer buffer = ByteBuffer.allocateDirect(MIB);
    for (long left = total; left > 0; ) {
      buffer.clear().limit((int) Math.min(left, MIB));
      left -= peer.read(buffer);
      checksum.update(buffer.flip());
    }
    return checksum.getValue();
  }

  @ParameterizedTest
  @EnumSource
  void manyBytesThroughSmallBuffers_bothWaysAtOnce(Kind kind) throws Exception {
    long total = 64L * MIB;
    var endpoint = new TestEndpoint(2, 64 * 1024);
    var pair = loop.pair(kind, directory, endpoint);
    // Small send buffers only: with a receive buffer this small TCP itself all but stands still.
    pair.handle().setOption(StandardSocketOptions.SO_SNDBUF, 4096);
    pair.peer().setOption(StandardSocketOptions.SO_SNDBUF, 4096);
    final long expected = write(endpoint, total);
    FutureTask<Long> reader = start(() -> checksumOf(pair.peer(), total));
    CRC32C sent = new CRC32C();
    FutureTask<Void> writer =
        start(
            () -> {
              byte[] content = new byte[MIB];
              Random random = new Random(44);
              for (long left = total; left > 0; left -= MIB) {
                random.nextBytes(content);
                sent.update(content);
                ByteBuffer bytes = ByteBuffer.wrap(content);
                while (bytes.hasRemaining()) {
                  pair.peer().write(bytes);
                }
              }
              return null;
            });
    pair.handle().resumeInput();
    pair.handle().watchOutput();
    CRC32C received = new CRC32C();
    long[] count = {0};
    loop.until(
        () -> {
          byte[] part = endpoint.received.toByteArray();
          endpoint.received.reset();
          received.update(part);
          count[0] += part.length;
          return count[0] == total && endpoint.drains == 1 && reader.isDone();
        });
    writer.get();
    assertThat(reader.get()).isEqualTo(expected);
    assertThat(received.getValue()).isEqualTo(sent.getValue());
  }
}
