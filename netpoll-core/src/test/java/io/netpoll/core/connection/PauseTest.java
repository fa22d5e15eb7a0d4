package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import io.netpoll.Execution;
import io.netpoll.ReadTimeoutException;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.Harness;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeListener;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.FakePollerProvider;
import io.netpoll.testkit.ForwardingProvider;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What has arrived counts before what is due, also if both happen while nothing of the process
 * runs: simulated by a poll that comes back late.
 */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class PauseTest {
  private static final Duration TIMEOUT = Duration.ofMillis(150);
  private static final Duration TOO_LONG = TIMEOUT.plusMillis(50);
  private static final Duration HOUR = Duration.ofHours(1);

  private final Pausing backend = new Pausing();

  /** Where in a poll the process stands still. */
  enum Pause {
    /** Before it looks, or a signal interrupts it: it reports nothing. */
    BEFORE,
    /** When it has looked: what it reports is handled late. */
    BEHIND
  }

  /** The fake backend; a poll of it lasts as long as a test wants, once. */
  private static final class Pausing extends ForwardingProvider {
    private final FakePollerProvider fake = new FakePollerProvider();
    private final AtomicReference<Runnable> before = new AtomicReference<>();
    private final AtomicReference<Runnable> behind = new AtomicReference<>();

    @Override
    protected PollerProvider backend() {
      return fake;
    }

    @Override
    public Poller open(PageSource pages) throws IOException {
      Poller real = fake.open(pages);
      return (Poller)
          Proxy.newProxyInstance(
              Poller.class.getClassLoader(),
              new Class<?>[] {Poller.class},
              (proxy, called, arguments) -> {
                boolean waits = called.getName().equals("poll") && (long) arguments[0] > 0;
                Runnable pause = waits ? before.getAndSet(null) : null;
                if (pause != null) {
                  pause.run();
                  return 0;
                }
                Object answer;
                try {
                  answer = called.invoke(real, arguments);
                } catch (InvocationTargetException e) {
                  throw e.getCause();
                }
                pause = waits && (int) answer > 0 ? behind.getAndSet(null) : null;
                if (pause != null) {
                  pause.run();
                }
                return answer;
              });
    }

    /** Has the loop stand still in its next poll, until {@code what} returns. */
    void stand(Pause where, Runnable what) {
      (where == Pause.BEFORE ? before : behind).set(what);
    }

    @Override
    public String name() {
      return "pausing";
    }
  }

  private static void standFor(Duration time) {
    long start = System.nanoTime();
    while (System.nanoTime() - start < time.toNanos()) {
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Stands still until {@code waiter} has waited for longer than it may, but not for long. */
  private static void standWhileItWaits(Thread waiter, Runnable meanwhile) {
    Eventually.holds("it waits", () -> LockSupport.getBlocker(waiter) == Await.class);
    meanwhile.run();
    standFor(TOO_LONG);
  }

  private static void send(FakePeer peer, String text) {
    send(peer, text.getBytes(StandardCharsets.US_ASCII));
  }

  private static void send(FakePeer peer, byte[] bytes) {
    try {
      peer.send(bytes);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionWhosePingsHaveArrived_isNotClosedForInactivity(Pause where) throws Exception {
    AtomicInteger pings = new AtomicInteger();
    try (Harness engine = new Harness(Execution.adaptive(), backend)) {
      engine.serve(
          s -> {
            s.inactivityTimeout(TIMEOUT);
            s.onRequest(
                c -> {
                  pings.addAndGet(c.reader().length());
                  c.reader().skip(c.reader().length());
                });
          });
      FakePeer peer = engine.dial();
      peer.send("p");
      Eventually.holds("the first ping was handled", () -> pings.get() == 1);
      CountDownLatch stands = new CountDownLatch(1);
      backend.stand(
          where,
          () -> {
            if (where == Pause.BEFORE) {
              send(peer, "p");
            }
            standFor(TIMEOUT.multipliedBy(2));
            stands.countDown();
          });
      send(peer, "p"); // ends the poll that is under way
      if (where == Pause.BEHIND) {
        assertThat(stands.await(20, TimeUnit.SECONDS)).isTrue();
      }
      int all = where == Pause.BEFORE ? 3 : 2;
      Eventually.holds("all pings were handled", () -> pings.get() == all);
    }
  }

  /** A handler that computes for long in inline execution is such a pause for all others. */
  @Test
  void aConnectionIsNotClosedForInactivity_becauseAnotherHeldTheLoop() throws Exception {
    AtomicInteger pings = new AtomicInteger();
    CountDownLatch entered = new CountDownLatch(1);
    CountDownLatch sent = new CountDownLatch(1);
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(
          s -> {
            s.inactivityTimeout(TIMEOUT);
            s.onRequest(
                c -> {
                  byte first = c.reader().readByte();
                  if (first == 'h') {
                    entered.countDown();
                    sent.await();
                    standFor(TIMEOUT.multipliedBy(2));
                  }
                  pings.incrementAndGet();
                });
          });
      FakePeer holding = engine.dial();
      FakePeer other = engine.dial();
      Eventually.holds("both are open", () -> engine.opened.size() == 2);
      holding.send("h");
      entered.await();
      holding.send("p");
      other.send("p");
      sent.countDown();
      Eventually.holds("all pings were handled", () -> pings.get() == 3);
    }
  }

  /** A connection whose waits are short, its loop, and its peer. */
  private final class Line implements AutoCloseable {
    final Harness engine = new Harness(Execution.adaptive(), backend);
    final FakeListener listener = FakeNetwork.listen(Harness.ANY_PORT);
    final ConnectionLoop loop = engine.group.firstLoop();
    final EngineConnection connection;
    final FakePeer peer;

    Line() throws Exception {
      ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
      settings.readTimeout(TIMEOUT);
      settings.writeTimeout(TIMEOUT);
      settings.outputHighWaterMark(64 << 10);
      connection =
          engine.connect(listener.address(), settings.build(null), Await.Limit.in(HOUR.toNanos()));
      peer = listener.accept(Harness.SOON);
    }

    /** Stands still from the next poll on, until the caller has waited for longer than it may. */
    void stand(Runnable meanwhile) throws InterruptedException {
      CountDownLatch stands = new CountDownLatch(1);
      Thread caller = Thread.currentThread();
      backend.stand(
          Pause.BEFORE,
          () -> {
            stands.countDown();
            standWhileItWaits(caller, meanwhile);
          });
      loop.execute(() -> {});
      assertThat(stands.await(20, TimeUnit.SECONDS)).isTrue();
    }

    @Override
    public void close() {
      peer.close();
      engine.close();
      listener.close();
    }
  }

  @Test
  void aReadWhoseAnswerHasArrived_doesNotTimeOut() throws Exception {
    try (Line line = new Line()) {
      line.stand(() -> send(line.peer, "answer"));
      assertThat(line.connection.reader().readString(6)).isEqualTo("answer");
    }
  }

  /** It takes many reads. */
  @Test
  void aReadOfManyBytes_doesNotTimeOut_whileTheyWaitInTheSocket() throws Exception {
    byte[] answer = new byte[1 << 18];
    new Random(3).nextBytes(answer);
    try (Line line = new Line()) {
      line.stand(() -> send(line.peer, answer));
      byte[] read = new byte[answer.length];
      line.connection.reader().next(answer.length).get(read);
      assertThat(read).isEqualTo(answer);
    }
  }

  @Test
  void aFlushWhosePeerHasTakenAll_doesNotTimeOut() throws Exception {
    byte[] much = new byte[1 << 20];
    try (Line line = new Line()) {
      line.peer.setWindow(1);
      line.connection.writer().writeBinary(much);
      line.stand(() -> line.peer.setWindow(much.length));
      line.connection.writer().flush();
      assertThat(line.connection.state.has(ConnectionState.WAIT_ABORTED)).isFalse();
    }
  }

  @Test
  void aDialThatIsEstablished_doesNotTimeOut() throws Exception {
    ConnectionSettings settings = new ConnectionSettings.Builder().build(null);
    try (Line line = new Line()) {
      Thread caller = Thread.currentThread();
      CompletableFuture<PendingDial> begun = new CompletableFuture<>();
      line.loop.execute(
          () -> {
            begun.complete(start(line, settings)); // by the next task, and the next poll is:
            backend.stand(Pause.BEFORE, () -> standWhileItWaits(caller, () -> {}));
          });
      PendingDial dial = begun.get(20, TimeUnit.SECONDS);
      dial.result().whenComplete((connection, failure) -> Await.wake(caller));
      Await.Limit limit = Await.Limit.in(TIMEOUT.toNanos());
      assertThat(Await.until(dial.result()::isDone, limit, dial, () -> "Dialling")).isTrue();
      line.listener.accept(Harness.SOON).close();
    }
  }

  private static PendingDial start(Line line, ConnectionSettings settings) {
    try {
      return line.engine.group.startToConnect(line.listener.address(), null, settings);
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /** An action that is due is one of another loop's than what may make it needless. */
  @Test
  void anActionThatWaitsForArrivals_isDoneBehindThem_orAfterAWhile() throws Exception {
    try (Line line = new Line();
        Harness other = new Harness(Execution.adaptive())) {
      CompletableFuture<Integer> unread = new CompletableFuture<>();
      backend.stand(
          Pause.BEFORE,
          () -> {
            send(line.peer, "answer");
            Eventually.holds("the other loop asks", line.loop.handlers.loop.tasks::any);
          });
      line.loop.execute(() -> {});
      other.group.schedule(
          TIMEOUT.toNanos(),
          line.connection.in,
          () -> unread.complete(line.connection.in.unread()),
          lost -> {});
      assertThat(unread.get(20, TimeUnit.SECONDS)).isEqualTo(6);
      CountDownLatch goOn = new CountDownLatch(1);
      CompletableFuture<Void> done = new CompletableFuture<>();
      line.loop.execute(() -> await(goOn));
      try {
        other.group.schedule(0, line.connection.in, () -> done.complete(null), lost -> {});
        done.get(20, TimeUnit.SECONDS);
      } finally {
        goOn.countDown();
      }
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void aReadTimesOut_whileItsLoopIsHeld() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    try (Line line = new Line()) {
      line.loop.execute(() -> await(goOn));
      try {
        assertThat(catchThrowable(() -> line.connection.reader().readByte()))
            .isInstanceOf(ReadTimeoutException.class);
      } finally {
        goOn.countDown();
      }
    }
  }
}
