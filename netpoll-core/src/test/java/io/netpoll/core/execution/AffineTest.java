package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** A poller that is bound to its thread stays with it, whatever handlers do. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class AffineTest {
  private final AffineProvider backend = new AffineProvider();

  @ParameterizedTest
  @EnumSource(names = "VIRTUAL", mode = EnumSource.Mode.EXCLUDE)
  void inEveryMode_oneThreadLeadsALoopFromItsBeginningToItsEnd(Execution.Mode mode)
      throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode), backend)) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    c.writer().writeByte(c.reader().readByte());
                    c.writer().flush();
                  }));
      FakePeer peer = engine.dial();
      for (int i = 0; i < 100; i++) {
        peer.send("x");
        assertThat(peer.receiveText(1, Harness.SOON)).isEqualTo("x");
      }
      CompletableFuture<Void> timer = new CompletableFuture<>();
      engine.group.schedule(0, () -> timer.complete(null), lost -> {});
      timer.get(20, TimeUnit.SECONDS);
    }
    assertThat(backend.strangers).isEmpty();
  }

  @Test
  void inAdaptiveExecution_handlersThatWaitOrCompute_stopNobody() throws Exception {
    CountDownLatch entered = new CountDownLatch(2);
    CountDownLatch goOn = new CountDownLatch(1);
    try (Harness engine = new Harness(Execution.adaptive(), backend)) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    byte kind = c.reader().readByte();
                    entered.countDown();
                    while (kind == 'c' && goOn.getCount() > 0) {
                      Thread.onSpinWait();
                    }
                    c.writer().writeByte(kind == 'w' ? c.reader().readByte() : kind);
                    c.writer().flush();
                  }));
      FakePeer computing = engine.dial();
      FakePeer waiting = engine.dial();
      FakePeer other = engine.dial();
      computing.send("c");
      waiting.send("w");
      entered.await();
      for (int i = 0; i < 100; i++) {
        other.send("q");
        assertThat(other.receiveText(1, Harness.SOON)).isEqualTo("q");
      }
      goOn.countDown();
      waiting.send("!");
      assertThat(computing.receiveText(1, Harness.SOON)).isEqualTo("c");
      assertThat(waiting.receiveText(1, Harness.SOON)).isEqualTo("!");
    }
    assertThat(backend.strangers).isEmpty();
  }

  @Test
  void inAdaptiveExecution_handlersForWhichThereIsNoThread_waitForOne() throws Exception {
    AtomicBoolean refusing = new AtomicBoolean(true);
    AtomicInteger refused = new AtomicInteger();
    AtomicInteger onLoop = new AtomicInteger();
    Executor threads =
        task -> {
          if (refusing.get()) {
            refusing.set(refused.incrementAndGet() < 3);
            throw new OutOfMemoryError("unable to create native thread, by a test");
          }
          new Thread(task, "elsewhere").start();
        };
    try (Harness engine = new Harness(new HandlerStarter("harness", threads), backend)) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    onLoop.addAndGet(LoopThread.current() == null ? 0 : 1);
                    c.writer().writeByte(c.reader().readByte());
                    c.writer().flush();
                  }));
      FakePeer peer = engine.dial();
      peer.send("x");
      assertThat(peer.receiveText(1, Harness.SOON)).isEqualTo("x");
    }
    assertThat(refused).hasValue(3);
    assertThat(onLoop).hasValue(0);
    assertThat(backend.strangers).isEmpty();
  }
}
