package io.netpoll.core.connection;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.DelimiterNotFoundException;
import io.netpoll.Execution;
import io.netpoll.InlineWaitException;
import io.netpoll.ReadTimeoutException;
import io.netpoll.Reader;
import io.netpoll.WriteTimeoutException;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeListener;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.io.DataInputStream;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Reads and flushes that wait: for bytes, for room, and for the things that end a wait. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class BlockingTest {

  /** A dialled connection, read by hand on the test's thread, and its peer. */
  private record Pair(Harness engine, FakeListener listener, EngineConnection near, FakePeer far)
      implements AutoCloseable {
    @Override
    public void close() {
      listener.close();
      engine.close();
    }
  }

  private static Pair pair() throws Exception {
    return pair(new ConnectionSettings.Builder());
  }

  private static Pair pair(ConnectionSettings.Builder settings) throws Exception {
    Harness engine = new Harness(Execution.workers());
    FakeListener listener = FakeNetwork.listen(Harness.ANY_PORT);
    EngineConnection near =
        engine.connect(listener.address(), settings.build(null), Await.Limit.in(5_000_000_000L));
    return new Pair(engine, listener, near, listener.accept(Harness.SOON));
  }

  private static void awaitParked(Thread thread) {
    Eventually.holds(
        "the thread waits",
        () ->
            thread.getState() == Thread.State.WAITING
                || thread.getState() == Thread.State.TIMED_WAITING);
  }

  private static CompletableFuture<Throwable> failing(
      AtomicReference<Thread> thread, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
    CompletableFuture<Throwable> result = new CompletableFuture<>();
    Thread started =
        new Thread(
            () -> {
              try {
                call.call();
                result.complete(new AssertionError("nothing was thrown"));
              } catch (Throwable t) {
                result.complete(t);
              }
            });
    thread.set(started);
    started.start();
    return result;
  }

  @Test
  void aReadWaitsForBytesThatComeOneByOne() throws Exception {
    try (Pair pair = pair()) {
      Thread sender =
          new Thread(
              () -> {
                for (byte b : new byte[] {0, 0, 1, 2, 'x'}) {
                  try {
                    pair.far.send(new byte[] {b});
                  } catch (java.io.IOException e) {
                    throw new java.io.UncheckedIOException(e);
                  }
                  Thread.yield();
                }
              });
      sender.start();
      assertThat(pair.near.reader().readInt()).isEqualTo(0x102);
      assertThat(pair.near.reader().readByte()).isEqualTo((byte) 'x');
      sender.join();
    }
  }

  @Test
  void aReadOfMoreThanTheHighWaterMarkRaisesIt() throws Exception {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.inputHighWaterMark(1024);
    try (Pair pair = pair(settings)) {
      byte[] data = new byte[64 * 1024];
      new Random(1).nextBytes(data);
      pair.far.send(data);
      ByteBuffer view = pair.near.reader().next(8 * 1024);
      assertThat(view).isEqualTo(ByteBuffer.wrap(data, 0, 8 * 1024));
      assertThat(pair.near.reader().readBinary(56 * 1024))
          .isEqualTo(java.util.Arrays.copyOfRange(data, 8 * 1024, data.length));
    }
  }

  @Test
  void inputStopsAtTheHighWaterMarkAndGoesOnWhenTheReaderCatchesUp() throws Exception {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.inputHighWaterMark(4096);
    try (Pair pair = pair(settings)) {
      pair.far.send(new byte[1 << 20]);
      Eventually.holds("input is paused", () -> pair.near.in.unread() >= 4096);
      assertThat(pair.far.unreadByLibrary()).isGreaterThan(900_000);
      for (int i = 0; i < 1 << 20; i += 1 << 10) {
        pair.near.reader().skip(1 << 10);
        pair.near.reader().release();
      }
      assertThat(pair.near.reader().length()).isZero();
    }
  }

  @Test
  void aReadTimesOutWithoutConsuming() throws Exception {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.readTimeout(Duration.ofMillis(30));
    try (Pair pair = pair(settings)) {
      pair.far.send("abc");
      assertThatThrownBy(() -> pair.near.reader().next(4))
          .isInstanceOf(ReadTimeoutException.class)
          .hasMessageContaining("4 bytes")
          .hasMessageContaining("got 3");
      assertThat(pair.near.reader().readString(3)).isEqualTo("abc");
    }
  }

  @Test
  void aDeadlineEndsAWaitAndATimeoutSetMeanwhileCounts() throws Exception {
    try (Pair pair = pair()) {
      pair.near.setReadDeadline(Instant.now().plusMillis(20));
      assertThatThrownBy(() -> pair.near.reader().readByte())
          .isInstanceOf(ReadTimeoutException.class);
      pair.near.setReadDeadline(null);
      AtomicReference<Thread> thread = new AtomicReference<>();
      var failure = failing(thread, () -> pair.near.reader().readByte());
      awaitParked(thread.get());
      pair.near.setReadTimeout(Duration.ofMillis(1));
      assertThat(failure.get()).isInstanceOf(ReadTimeoutException.class);
    }
  }

  @Test
  void closingFromAnotherThreadEndsARead() throws Exception {
    try (Pair pair = pair()) {
      AtomicReference<Thread> thread = new AtomicReference<>();
      var failure = failing(thread, () -> pair.near.reader().readByte());
      awaitParked(thread.get());
      pair.near.close();
      assertThat(failure.get())
          .isInstanceOfSatisfying(
              ConnectionClosedException.class, e -> assertThat(e.side()).isEqualTo(Side.LOCAL));
    }
  }

  @Test
  void thePeersEndEndsAReadAndLeavesTheBytesReadable() throws Exception {
    try (Pair pair = pair()) {
      pair.far.send("abc");
      AtomicReference<Thread> thread = new AtomicReference<>();
      var failure = failing(thread, () -> pair.near.reader().next(4));
      awaitParked(thread.get());
      pair.far.closeOutput();
      assertThat(failure.get())
          .isInstanceOfSatisfying(
              ConnectionClosedException.class, e -> assertThat(e.side()).isEqualTo(Side.PEER));
      assertThat(pair.near.isActive()).isFalse();
      assertThat(pair.near.reader().readString(3)).isEqualTo("abc");
      assertThat(pair.near.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    }
  }

  @Test
  void anInterruptEndsAReadAndTheConnectionStaysUsable() throws Exception {
    try (Pair pair = pair()) {
      AtomicReference<Thread> thread = new AtomicReference<>();
      var failure = failing(thread, () -> pair.near.reader().next(4));
      awaitParked(thread.get());
      thread.get().interrupt();
      assertThat(failure.get()).isInstanceOf(InterruptedIOException.class);
      pair.far.send("good");
      assertThat(pair.near.reader().readString(4)).isEqualTo("good");
    }
  }

  @Test
  void aSecondReaderIsRefused() throws Exception {
    try (Pair pair = pair()) {
      AtomicReference<Thread> thread = new AtomicReference<>();
      var first = failing(thread, () -> pair.near.reader().readByte());
      awaitParked(thread.get());
      assertThatThrownBy(() -> pair.near.reader().readByte())
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("another thread is reading");
      pair.near.close();
      first.get();
    }
  }

  @Test
  void untilFindsADelimiterThatComesLaterAndIsBounded() throws Exception {
    try (Pair pair = pair()) {
      pair.far.send("first li");
      CompletableFuture<String> line =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  ByteBuffer view = pair.near.reader().until((byte) '\n', 100);
                  byte[] bytes = new byte[view.remaining()];
                  view.get(bytes);
                  return new String(bytes, java.nio.charset.StandardCharsets.UTF_8);
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      pair.far.send("ne\nsecond line is too long");
      assertThat(line.get()).isEqualTo("first line\n");
      assertThatThrownBy(() -> pair.near.reader().until((byte) '\n', 10))
          .isInstanceOf(DelimiterNotFoundException.class);
      assertThat(pair.near.reader().readString(6)).isEqualTo("second");
    }
  }

  @Test
  void aFlushWaitsAboveTheHighWaterMarkAndGoesOnWhenThePeerReads() throws Exception {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.outputHighWaterMark(64 * 1024);
    try (Pair pair = pair(settings)) {
      pair.far.setWindow(1024);
      byte[] data = new byte[1 << 20];
      new Random(2).nextBytes(data);
      CompletableFuture<Void> written =
          CompletableFuture.runAsync(
              () -> {
                try {
                  for (int i = 0; i < data.length; i += 1 << 14) {
                    pair.near.writer().writeBinary(data, i, 1 << 14);
                    pair.near.writer().flush();
                  }
                } catch (java.io.IOException e) {
                  throw new java.io.UncheckedIOException(e);
                }
              });
      Eventually.holds("output piles up", () -> pair.near.out.pending() > 64 * 1024);
      assertThat(pair.near.out.pending()).isLessThan(200 * 1024);
      assertThat(written).isNotDone();
      assertThat(pair.far.receive(data.length, Duration.ofSeconds(30))).isEqualTo(data);
      written.get();
    }
  }

  @Test
  void aFlushTimesOutAndTheBytesStayQueued() throws Exception {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.outputHighWaterMark(1000);
    settings.writeTimeout(Duration.ofMillis(30));
    try (Pair pair = pair(settings)) {
      pair.far.setWindow(100);
      pair.near.writer().writeBinary(new byte[5000]);
      assertThatThrownBy(() -> pair.near.writer().flush())
          .isInstanceOf(WriteTimeoutException.class)
          .hasMessageContaining("4900 bytes unsent");
      assertThat(pair.far.receive(5000, Harness.SOON)).hasSize(5000);
    }
  }

  @Test
  void aFlushAfterCloseIsRefused() throws Exception {
    try (Pair pair = pair()) {
      pair.near.close();
      pair.near.writer().writeByte(1);
      assertThatThrownBy(() -> pair.near.writer().flush())
          .isInstanceOf(ConnectionClosedException.class);
    }
  }

  @Test
  void aTimeoutThatRacesArrivalNeverLosesAByte() throws Exception {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.readTimeout(Duration.ofNanos(20_000));
    try (Pair pair = pair(settings)) {
      int read = 0;
      for (int i = 0; i < 2000; i++) {
        pair.far.send(new byte[] {(byte) i});
        for (; ; ) {
          try {
            assertThat(pair.near.reader().readByte()).isEqualTo((byte) read);
            read++;
            break;
          } catch (ReadTimeoutException e) {
            Thread.onSpinWait(); // the byte is still to come
          }
        }
      }
      assertThat(read).isEqualTo(2000);
    }
  }

  @Test
  void inInlineExecutionAReadThatWouldWaitFailsAtOnceAndConsumesNothing() throws Exception {
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicReference<String> seen = new AtomicReference<>();
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    try {
                      c.reader().next(100);
                    } catch (InlineWaitException e) {
                      thrown.set(e);
                    }
                    seen.set(c.reader().readString(3));
                  }));
      engine.dial().send("abc");
      Eventually.holds("the bytes were read", () -> "abc".equals(seen.get()));
    }
    assertThat(thrown.get()).hasMessageContaining("100 bytes").hasMessageContaining("request");
  }

  @Test
  void inInlineExecutionOutputAboveTheMarkStopsInputUntilItHasDrained() throws Exception {
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(
          s -> {
            s.outputHighWaterMark(10_000);
            s.onRequest(
                c -> {
                  c.reader().skip(1);
                  c.writer().writeBinary(new byte[1000]);
                  c.writer().flush();
                });
          });
      FakePeer peer = engine.dial();
      peer.setWindow(1000);
      int requests = 5000;
      peer.send(new byte[requests]);
      Connection[] served = new Connection[1];
      Eventually.holds("it is served", () -> engine.opened.size() == 1);
      EngineConnection connection = engine.opened.iterator().next();
      served[0] = connection;
      Eventually.holds("input is throttled", connection.out::isThrottlingInput);
      assertThat(connection.out.pending()).isLessThan(80_000);
      assertThat(peer.receive(requests * 1000, Duration.ofSeconds(30))).hasSize(requests * 1000);
    }
  }

  @Test
  void inputStopsAtTheHighWaterMark_andGoesOnAtTheLowOne() throws Exception {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.inputHighWaterMark(10_000);
    settings.inputLowWaterMark(100);
    try (Pair pair = pair(settings)) {
      pair.far.send(new byte[2 << 20]);
      Eventually.holds("input stops", () -> pair.near.reader().length() >= 10_000);
      letLoopsTurn(pair.engine);
      int left = pair.far.unreadByLibrary();
      assertThat(left).isPositive();
      pair.near.reader().skip(pair.near.reader().length() - 101);
      pair.near.reader().release();
      letLoopsTurn(pair.engine);
      assertThat(pair.far.unreadByLibrary()).isEqualTo(left);
      pair.near.reader().skip(1);
      pair.near.reader().release();
      Eventually.holds("input goes on", () -> pair.far.unreadByLibrary() < left);
    }
  }

  private static void letLoopsTurn(Harness engine) throws InterruptedException {
    for (int i = 0; i < 3; i++) {
      CountDownLatch turned = new CountDownLatch(1);
      engine.group.forEachConnection(connection -> {}, turned::countDown);
      turned.await();
    }
  }

  @Test
  void aFlushThatWaits_goesOnAtTheLowWaterMark() throws Exception {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.outputHighWaterMark(1000);
    settings.outputLowWaterMark(0);
    try (Pair pair = pair(settings)) {
      pair.far.setWindow(500);
      AtomicReference<Thread> writer = new AtomicReference<>();
      CompletableFuture<Throwable> flushed =
          failing(
              writer,
              () -> {
                pair.near.writer().writeBinary(new byte[5000]);
                pair.near.writer().flush();
              });
      awaitParked(writer.get());
      pair.far.receive(4400, Harness.SOON);
      letLoopsTurn(pair.engine);
      assertThat(pair.near.out.pending()).isPositive();
      assertThat(flushed).isNotDone();
      pair.far.receive(600, Harness.SOON);
      assertThat(flushed.get(10, TimeUnit.SECONDS)).hasMessage("nothing was thrown");
    }
  }

  @Test
  void aLowWaterMarkIsBelowItsHighOne() {
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    settings.inputLowWaterMark(1 << 20);
    assertThatThrownBy(() -> settings.build(null))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("input low-water mark")
        .hasMessageContaining("not 1048576");
    assertThatThrownBy(() -> settings.outputLowWaterMark(-1)).hasMessageContaining("not -1");
  }

  @Test
  void streamsOfAConnectionWaitAndEndWithIt() throws Exception {
    try (Pair pair = pair()) {
      DataInputStream in = new DataInputStream(pair.near.reader().asInputStream());
      CompletableFuture<Integer> number = new CompletableFuture<>();
      Thread reading =
          new Thread(
              () -> {
                try {
                  number.complete(in.readInt());
                } catch (Throwable t) {
                  number.completeExceptionally(t);
                }
              });
      reading.start();
      awaitParked(reading);
      pair.far.send(new byte[] {0, 0});
      pair.far.send(new byte[] {1, 2});
      assertThat(number.get()).isEqualTo(0x102);
      OutputStream out = pair.near.writer().asOutputStream();
      out.write(new byte[] {7, 8});
      out.close();
      assertThat(pair.far.receive(2, Harness.SOON)).containsExactly(7, 8);
      assertThat(pair.near.isOpen()).isTrue();
      pair.far.closeOutput();
      assertThat(in.read()).isEqualTo(-1);
    }
  }

  @Test
  void sequencesAreFoundAmongTheBufferedBytes() throws Exception {
    try (Pair pair = pair()) {
      pair.far.send("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
      Reader reader = pair.near.reader();
      reader.peek(18);
      assertThat(reader.indexOf("\r\n\r\n".getBytes(US_ASCII))).isEqualTo(14);
      assertThat(reader.indexOf((byte) ' ', 4)).isEqualTo(5);
    }
  }
}
