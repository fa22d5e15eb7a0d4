package io.netpoll.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.OnDisconnect;
import io.netpoll.OnRequest;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
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
  void aHandlerThatWaitsForMoreThanTheMark_endsWithItsPeer(Execution.Mode mode) throws Exception {
    AtomicInteger told = new AtomicInteger();
    AtomicInteger calls = new AtomicInteger();
    try (Harness engine =
        engine(
            mode,
            c -> told.incrementAndGet(),
            c -> {
              calls.incrementAndGet();
              if (c.reader().length() == 3 * MARK) {
                c.reader().skip(3 * MARK);
              }
            })) {
      FakePeer peer = engine.dial();
      peer.send(TWO_MARKS);
      EngineConnection connection = opened(engine);
      Eventually.holds("it is at the mark", () -> connection.reader().length() >= MARK);
      Eventually.holds("its handler has seen that", () -> connection.in.isStuck());
      assertThat(engine.closed).isEmpty();
      int before = calls.get();

      peer.close();
      Eventually.holds("it is closed", () -> engine.closed.size() == 1);
      assertThat(told).hasValue(1);
      assertThat(calls.get()).as("calls").isEqualTo(before + 1);
    }
  }

  private static EngineConnection opened(Harness engine) {
    Eventually.holds("it is open", () -> engine.opened.size() == 1);
    return engine.opened.iterator().next();
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void aPeerThatEndsBehindTheMark_isNoticed_andNothingOfItIsLost(Execution.Mode mode)
      throws Exception {
    CountDownLatch noticed = new CountDownLatch(1);
    CountDownLatch readOn = new CountDownLatch(1);
    AtomicInteger told = new AtomicInteger();
    AtomicInteger read = new AtomicInteger();
    try (Harness engine =
        engine(
            mode,
            c -> {
              assertThat(c.isActive()).isFalse();
              told.incrementAndGet();
              noticed.countDown();
            },
            c -> {
              if (mode != Execution.Mode.INLINE) {
                readOn.await();
              }
              int n = c.reader().length();
              c.reader().skip(n);
              read.addAndGet(n);
            })) {
      FakePeer peer = engine.dial();
      peer.send(TWO_MARKS);
      peer.send("the rest");
      peer.close();
      noticed.await();
      readOn.countDown();
      Eventually.holds("it is closed", () -> engine.closed.size() == 1);
      assertThat(read).hasValue(2 * MARK + 8);
      assertThat(told).hasValue(1);
    }
  }
}
