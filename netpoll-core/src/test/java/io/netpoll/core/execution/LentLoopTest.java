package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.Reader;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.group.Harness;
import io.netpoll.internal.Setting;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeListener;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Callers on virtual threads keep a loop busy that is lent to its deputy; whatever else the loop is
 * for goes on beside them.
 */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
@EnabledForJreRange(min = JRE.JAVA_21)
class LentLoopTest {
  private static final int CALLERS = 16;
  private static final int PINGS = 50;

  private final ThreadFactory factory = VirtualThreads.factory("caller-");
  private final List<Thread> threads = new ArrayList<>();
  private final List<FakePeer> peers = new ArrayList<>();
  private final AtomicInteger answers = new AtomicInteger();
  private final AtomicReference<Throwable> failure = new AtomicReference<>();
  private volatile boolean over;
  private FakeListener listener;
  private Harness engine;

  @BeforeEach
  void lend() {
    // So that a loan pays also where others use the processor for some milliseconds meanwhile.
    System.setProperty(Setting.LOAN_MICROS.property(), "1000000");
  }

  @AfterEach
  void end() throws Exception {
    System.clearProperty(Setting.LOAN_MICROS.property());
    over = true;
    for (Thread thread : threads) {
      thread.join();
    }
    peers.forEach(FakePeer::close);
    engine.close();
    listener.close();
    assertThat(failure.get()).isNull();
  }

  /** Starts callers, and waits until the deputy does their I/O. */
  private void callersPoll(Execution.Mode mode) throws Exception {
    engine = new Harness(Harness.execution(mode));
    listener = FakeNetwork.listen(Harness.ANY_PORT);
    List<EngineConnection> connections = new ArrayList<>();
    for (int i = 0; i < CALLERS; i++) {
      ConnectionSettings settings = new ConnectionSettings.Builder().build(null);
      Await.Limit soon = Await.Limit.in(Harness.SOON.toNanos());
      connections.add(engine.connect(listener.address(), settings, soon));
      peers.add(listener.accept(Harness.SOON));
    }
    for (int i = 0; i < CALLERS; i++) {
      EngineConnection connection = connections.get(i);
      FakePeer peer = peers.get(i);
      start(() -> call(connection, peer));
    }
    Lending lending = connections.get(0).loop().handlers.lending;
    Eventually.holds("the deputy polls", () -> lending.turns() > 16);
  }

  private interface Body {
    void run() throws Exception;
  }

  private void start(Body body) {
    Thread thread =
        factory.newThread(
            () -> {
              try {
                body.run();
              } catch (Throwable t) {
                if (!over) {
                  failure.compareAndSet(null, t);
                }
              }
            });
    threads.add(thread);
    thread.start();
  }

  /**
   * Answers itself before it waits, so that the deputy finds the answers of all that wait,
   * whichever threads the system lets run.
   */
  private void call(EngineConnection connection, FakePeer peer) throws IOException {
    while (!over) {
      connection.writer().writeInt(0);
      connection.writer().flush();
      answer(peer);
      assertThat(readInt(connection.reader())).isZero();
      connection.reader().release();
      answers.incrementAndGet();
    }
  }

  private static void answer(FakePeer peer) throws IOException {
    while (true) {
      try {
        peer.send(peer.receive(Integer.BYTES, Harness.SOON));
        return;
      } catch (InterruptedException e) {
        // Meant for the caller's own wait, and gone: there will be more.
      }
    }
  }

  private static int readInt(Reader reader) throws IOException {
    while (true) {
      try {
        return reader.readInt();
      } catch (InterruptedIOException e) {
        Thread.interrupted(); // the connection stays usable
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void tasksAreRun(Execution.Mode mode) throws Exception {
    callersPoll(mode);
    for (int i = 0; i < PINGS; i++) {
      CountDownLatch run = new CountDownLatch(1);
      engine.group.forEachConnection(connection -> {}, run::countDown);
      assertThat(run.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void timersAreRun(Execution.Mode mode) throws Exception {
    callersPoll(mode);
    for (int i = 0; i < PINGS; i++) {
      CountDownLatch run = new CountDownLatch(1);
      engine.group.schedule(TimeUnit.MILLISECONDS.toNanos(1), run::countDown, lost -> {});
      assertThat(run.await(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  /** Else a carrier would serve callers only, for as long as there is something to read. */
  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void deputiesSucceedEachOther(Execution.Mode mode) throws Exception {
    callersPoll(mode);
    Set<Thread> seen = new HashSet<>();
    Eventually.holds(
        "there were three deputies",
        () -> {
          seen.addAll(Deputy.DEPUTIES);
          return seen.size() >= 3;
        });
    Eventually.holds("deputies end", () -> Deputy.DEPUTIES.size() <= 1);
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void handlersOfOthersAreRun_andNeverByTheDeputy(Execution.Mode mode) throws Exception {
    callersPoll(mode);
    List<Thread> strangers = new CopyOnWriteArrayList<>();
    engine.serve(
        settings ->
            settings.onRequest(
                connection -> {
                  if (Thread.currentThread().getName().startsWith("netpoll-deputy")) {
                    strangers.add(Thread.currentThread());
                  }
                  connection.writer().writeByte(connection.reader().readByte());
                  connection.writer().flush();
                }));
    try (FakePeer peer = engine.dial()) {
      for (int i = 0; i < PINGS; i++) {
        peer.send(new byte[] {(byte) i});
        assertThat(peer.receive(1, Harness.SOON)).containsExactly(i);
      }
    }
    assertThat(strangers).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void callersThatAreInterrupted_leaveTheOthersAlone(Execution.Mode mode) throws Exception {
    callersPoll(mode);
    for (int i = 0; i < PINGS; i++) {
      int before = answers.get();
      threads.get(i % CALLERS).interrupt();
      Eventually.holds("callers are answered", () -> answers.get() > before + CALLERS);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void closingTheGroup_endsAllCallers(Execution.Mode mode) throws Exception {
    callersPoll(mode);
    over = true;
    engine.close();
    for (Thread thread : threads) {
      thread.join(TimeUnit.SECONDS.toMillis(20));
      assertThat(thread.isAlive()).isFalse();
    }
  }
}
