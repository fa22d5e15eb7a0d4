package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

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
import org.junit.jupiter.api.Test;
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

  /** Fills the socket until it takes no more. */
  private static void fill(Loop.Pair pair) throws IOException {
    TestPage page = new TestPage(MIB);
    do {
      pair.endpoint().write(page, 0, MIB);
    } while (pair.handle().send());
  }

  @ParameterizedTest
  @EnumSource
  void sendsSeveralSpansInOneGo(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    pair.endpoint().write("one ");
    pair.endpoint().write("two ");
    pair.endpoint().write("three");

    assertThat(pair.handle().send()).isTrue();
    assertThat(pair.handle().send()).as("nothing to send").isTrue();
    assertThat(pair.peerReads(13)).isEqualTo("one two three");
  }

  @ParameterizedTest
  @EnumSource
  void sendsMoreSpansThanOneCallTakes(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    StringBuilder expected = new StringBuilder();
    for (int i = 0; i < 100; i++) {
      pair.endpoint().write("<" + i + ">");
      expected.append('<').append(i).append('>');
    }

    assertThat(pair.handle().send()).isTrue();
    assertThat(pair.peerReads(expected.length())).isEqualTo(expected.toString());
  }

  @ParameterizedTest
  @EnumSource
  void aPeerThatReadsLateGetsEveryByte_andAFullSocketDoesNotSpin(Kind kind) throws Exception {
    long total = 64L * MIB;
    var pair = loop.pair(kind, directory);
    final long expected = write(pair.endpoint(), total);
    assertThat(pair.handle().send()).isFalse();
    pair.handle().sendWhenWritable();
    loop.assertQuiet();

    FutureTask<Long> reader = start(() -> checksumOf(pair.peer(), total));
    loop.until(() -> pair.endpoint().drains == 1);
    loop.until(reader::isDone);
    assertThat(reader.get()).isEqualTo(expected);
    loop.assertQuiet();
    assertThat(pair.endpoint().drains).isEqualTo(1);
  }

  @Test
  void whatIsFlushedWhileDrainingIsSentToo() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.endpoint().write("first ");
    pair.endpoint().onDrained = () -> pair.endpoint().write("second");
    pair.handle().sendWhenWritable();
    loop.until(() -> pair.endpoint().drains == 2);

    assertThat(pair.peerReads(12)).isEqualTo("first second");
    loop.assertQuiet();
  }

  @Test
  void theTokenWithNothingToSendIsGivenBackAtOnce() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().sendWhenWritable();
    loop.until(() -> pair.endpoint().drains == 1);
    loop.assertQuiet();
  }

  @ParameterizedTest
  @EnumSource
  void anotherThreadSendsWhileTheLeaderReads(Kind kind) throws Exception {
    long total = 32L * MIB;
    var pair = loop.pair(kind, directory, new TestEndpoint(2, 64 * 1024));
    final long expected = write(pair.endpoint(), total);
    FutureTask<Long> reader = start(() -> checksumOf(pair.peer(), total));
    FutureTask<Void> writer =
        start(
            () -> {
              ByteBuffer bytes = ByteBuffer.allocateDirect(MIB);
              for (int i = 0; i < 32; i++) {
                bytes.clear();
                while (bytes.hasRemaining()) {
                  pair.peer().write(bytes);
                }
              }
              return null;
            });
    FutureTask<Void> sender =
        start(
            () -> {
              while (!pair.handle().send()) {
                Thread.onSpinWait();
              }
              return null;
            });
    pair.handle().resumeInput();
    loop.until(
        () -> {
          // The leader changes what is watched all the time.
          pair.handle().pauseInput();
          pair.handle().resumeInput();
          return pair.endpoint().received.size() == total && reader.isDone() && sender.isDone();
        });
    sender.get();
    writer.get();
    assertThat(reader.get()).isEqualTo(expected);
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
    pair.handle().sendWhenWritable();
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

  @Test
  void manyThreadsSendOnManyConnectionsAtOnce() throws Exception {
    int count = 8;
    FutureTask<?>[] senders = new FutureTask<?>[count];
    FutureTask<?>[] readers = new FutureTask<?>[count];
    long[] expected = new long[count];
    for (int i = 0; i < count; i++) {
      var pair = loop.pair(Kind.UNIX, directory);
      expected[i] = write(pair.endpoint(), 4L * MIB + i);
      long total = 4L * MIB + i;
      readers[i] = start(() -> checksumOf(pair.peer(), total));
      senders[i] =
          start(
              () -> {
                while (!pair.handle().send()) {
                  Thread.onSpinWait();
                }
                return null;
              });
    }
    for (int i = 0; i < count; i++) {
      senders[i].get();
      assertThat(readers[i].get()).isEqualTo(expected[i]);
    }
  }

  @Test
  void sendingToAPeerThatIsGoneThrows() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory);
    pair.peer().close();
    pair.endpoint().write("x");

    assertThatThrownBy(pair.handle()::send).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void thePeerGoesWhileTheSocketIsFull_toldAlsoWhilePaused(Kind kind) throws Exception {
    var pair = loop.pair(kind, directory);
    fill(pair);
    pair.handle().sendWhenWritable();
    loop.assertQuiet();
    if (kind == Kind.TCP) {
      pair.peer().setOption(StandardSocketOptions.SO_LINGER, 0);
    }
    pair.peer().close();
    loop.until(() -> pair.endpoint().events.contains("failed"));
    loop.assertQuiet();

    assertThat(pair.endpoint().events).containsExactly("failed");
    assertThatThrownBy(pair.handle()::send).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void thePeerHalfClosesWhileTheSocketIsFull_doesNotSpin_andAllIsSent(Kind kind) throws Exception {
    long total = 16L * MIB;
    var pair = loop.pair(kind, directory);
    final long expected = write(pair.endpoint(), total);
    pair.handle().resumeInput();
    pair.handle().sendWhenWritable();
    pair.peer().shutdownOutput();
    loop.until(() -> pair.endpoint().events.contains("ended"));
    loop.assertQuiet();

    FutureTask<Long> reader = start(() -> checksumOf(pair.peer(), total));
    loop.until(reader::isDone);
    assertThat(reader.get()).isEqualTo(expected);
    loop.until(() -> pair.endpoint().drains == 1);
    loop.assertQuiet();
  }

  @Test
  void readsOnWhileItWaitsToSend() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    fill(pair);
    pair.handle().sendWhenWritable();
    pair.handle().resumeInput();
    pair.peerSends("hello");
    loop.until(() -> pair.endpoint().text().equals("hello"));
    loop.assertQuiet();
  }
}
