package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.ConnectionClosedException;
import io.netpoll.Execution;
import io.netpoll.OnDisconnect;
import io.netpoll.OnRequest;
import io.netpoll.Reader;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Input that is at its mark: whose handler leaves it there, and whose peer ends behind it. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class FullInputTest {
  private static final int MARK = 16 << 10;
  private static final String TWO_MARKS = "x".repeat(2 * MARK);

  private static Harness engine(Execution.Mode mode, OnDisconnect onDisconnect, OnRequest onRequest)
      throws Exception {
    return new Harness(Harness.execution(mode))
        .serve(
            settings -> {
              settings.inputHighWaterMark(MARK);
              settings.onDisconnect(onDisconnect);
              settings.onRequest(onRequest);
            });
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aHandlerThatWaitsForMoreThanTheMark_endsWhenItsPeerResets(Execution.Mode mode)
      throws Exception {
    endsWhenItsPeerResets(mode, (reader, stopped) -> {});
  }

  /** Input that has stopped at the mark goes on at the low one only. */
  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "WORKERS"})
  void soDoesOneThatHasConsumedALittle(Execution.Mode mode) throws Exception {
    AtomicBoolean consumed = new AtomicBoolean();
    endsWhenItsPeerResets(
        mode,
        (reader, stopped) -> {
          stopped.await();
          if (consumed.compareAndSet(false, true)) {
            reader.skip(reader.length() - MARK * 3 / 4);
          }
        });
  }

  private interface Reading {
    void read(Reader reader, CountDownLatch stopped) throws Exception;
  }

  private static void endsWhenItsPeerResets(Execution.Mode mode, Reading reading) throws Exception {
    AtomicInteger told = new AtomicInteger();
    AtomicInteger calls = new AtomicInteger();
    CountDownLatch stopped = new CountDownLatch(1);
    try (Harness engine =
        engine(
            mode,
            c -> told.incrementAndGet(),
            c -> {
              calls.incrementAndGet();
              reading.read(c.reader(), stopped);
            })) {
      FakePeer peer = engine.dial();
      peer.send(TWO_MARKS);
      EngineConnection connection = stopped(engine, peer);
      stopped.countDown();
      Eventually.holds("its handler has seen what there is", () -> connection.in.isStuck());
      assertThat(engine.closed).isEmpty();
      int before = calls.get();

      peer.reset();
      Eventually.holds("it is closed", () -> engine.closed.size() == 1);
      assertThat(told).hasValue(1);
      assertThat(calls.get()).as("calls").isGreaterThan(before);
      assertThatThrownBy(() -> connection.reader().next(3 * MARK))
          .isInstanceOf(ConnectionClosedException.class)
          .hasRootCauseMessage("The peer has reset the connection.");
    }
  }

  /** The one connection, once its input has stopped at the mark. */
  private static EngineConnection stopped(Harness engine, FakePeer peer) {
    Eventually.holds("it is open", () -> engine.opened.size() == 1);
    EngineConnection connection = engine.opened.iterator().next();
    Eventually.holds(
        "input has stopped",
        () -> connection.reader().length() >= MARK && peer.unreadByLibrary() > 0);
    return connection;
  }

  @Test
  void aResetBehindTheMark_isNoticedWhileTheHandlerIsBusy() throws Exception {
    CountDownLatch noticed = new CountDownLatch(1);
    CountDownLatch readOn = new CountDownLatch(1);
    AtomicInteger told = new AtomicInteger();
    try (Harness engine =
        engine(
            Execution.Mode.ADAPTIVE,
            c -> {
              assertThat(c.isActive()).isFalse();
              told.incrementAndGet();
              noticed.countDown();
            },
            c -> {
              readOn.await();
              c.reader().skip(c.reader().length());
            })) {
      FakePeer peer = engine.dial();
      peer.send(TWO_MARKS);
      stopped(engine, peer);
      peer.reset();
      noticed.await();
      readOn.countDown();
      Eventually.holds("it is closed", () -> engine.closed.size() == 1);
      assertThat(told).hasValue(1);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void whatAPeerSentBeforeItsEndBehindTheMark_isReadFirst(Execution.Mode mode) throws Exception {
    AtomicInteger told = new AtomicInteger();
    AtomicInteger read = new AtomicInteger();
    try (Harness engine =
        engine(
            mode,
            c -> told.incrementAndGet(),
            c -> {
              int n = c.reader().length();
              c.reader().skip(n);
              read.addAndGet(n);
            })) {
      FakePeer peer = engine.dial();
      peer.send(TWO_MARKS);
      peer.send("the rest");
      peer.close();
      Eventually.holds("it is closed", () -> engine.closed.size() == 1);
      assertThat(read).hasValue(2 * MARK + 8);
      assertThat(told).hasValue(1);
    }
  }
}
