package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whoever was added is woken. */
@Timeout(60)
class UnparkBatchTest {
  private volatile boolean answered;

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 50, 256, 300})
  void wake_wakesAll(int callers) throws Exception {
    assertAllWoken(callers, Thread::new);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 50, 256, 3000})
  void wake_wakesVirtualThreadsToo(int callers) throws Exception {
    if (VirtualThreads.exist()) {
      assertAllWoken(callers, VirtualThreads.factory("caller-"));
    }
  }

  private void assertAllWoken(int callers, ThreadFactory factory) throws InterruptedException {
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < callers; i++) {
      threads.add(factory.newThread(this::await));
    }
    threads.forEach(Thread::start);
    for (Thread thread : threads) {
      while (thread.getState() != Thread.State.WAITING) {
        Thread.yield();
      }
    }
    answered = true;
    UnparkBatch wakeUps = new UnparkBatch();
    threads.forEach(wakeUps::add);
    wakeUps.wake();
    for (Thread thread : threads) {
      thread.join(20_000);
      assertThat(thread.isAlive()).isFalse();
    }
  }

  @Test
  void someCanBeWoken_thoseThatCameFirst() throws Exception {
    UnparkBatch wakeUps = new UnparkBatch();
    List<Parked> callers = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      Parked caller = new Parked();
      caller.start();
      callers.add(caller);
      wakeUps.add(caller);
    }
    wakeUps.wake(2);
    assertThat(wakeUps.count()).isEqualTo(3);
    join(callers.subList(0, 2));
    assertThat(callers.subList(2, 5)).allMatch(Thread::isAlive);
    Parked late = new Parked();
    late.start();
    callers.add(late);
    wakeUps.add(late);
    wakeUps.wake(3);
    join(callers.subList(2, 5));
    assertThat(late.isAlive()).isTrue();
    wakeUps.wake(2);
    join(List.of(late));
    assertThat(wakeUps.count()).isZero();
  }

  private static void join(List<Parked> callers) throws InterruptedException {
    for (Thread caller : callers) {
      caller.join(20_000);
      assertThat(caller.isAlive()).isFalse();
    }
  }

  /** A thread that ends when it is unparked. */
  private static final class Parked extends Thread {
    @Override
    public void run() {
      LockSupport.park(this);
    }
  }

  @Test
  void moreThanFit_areWokenInBetween() throws Exception {
    UnparkBatch wakeUps = new UnparkBatch();
    Parked first = new Parked();
    first.start();
    wakeUps.add(first);
    Thread other = new Thread(() -> {});
    for (int i = 1; i < 1024; i++) {
      wakeUps.add(other);
    }
    join(List.of(first));
    assertThat(wakeUps.count()).isZero();
  }

  private void await() {
    while (!answered) {
      LockSupport.park(this);
    }
  }

  @Test
  void areVirtual_tellsWhetherThereAreVirtualThreadsOnly() {
    UnparkBatch wakeUps = new UnparkBatch();
    assertThat(wakeUps.areVirtual()).isFalse();
    if (VirtualThreads.exist()) {
      wakeUps.add(VirtualThreads.factory("caller-").newThread(() -> {}));
      assertThat(wakeUps.areVirtual()).isTrue();
    }
    wakeUps.add(new Thread(() -> {}));
    assertThat(wakeUps.areVirtual()).isFalse();
    wakeUps.wake();
    assertThat(wakeUps.areVirtual()).isFalse();
  }
}
