package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class FairExecutorTest {
  private final Queue<Runnable> started = new ArrayDeque<>();
  private final List<Integer> ran = new ArrayList<>();
  private final List<Runnable> refusedBodies = new ArrayList<>();
  private boolean refusing;

  /** As the scheduler of virtual threads does that has carriers, and cannot have another one. */
  private boolean runningWhatItRefuses;

  private long now;

  /** Threads that this test runs itself. */
  private final FairExecutor starter =
      new FairExecutor(
          body ->
              new Thread() {
                @Override
                public synchronized void start() {
                  if (runningWhatItRefuses) {
                    body.run();
                    throw new OutOfMemoryError("provoked by a test");
                  }
                  if (refusing) {
                    refusedBodies.add(body);
                    throw new RejectedExecutionException("provoked by a test");
                  }
                  started.add(body);
                }
              },
          () -> now);

  private void execute(int number) {
    starter.execute(() -> ran.add(number));
  }

  private void runStarted() {
    while (!started.isEmpty()) {
      started.remove().run();
    }
  }

  @Test
  void oneStartingThreadTakesAllThatCome() {
    execute(1);
    execute(2);
    execute(3);
    assertThat(started).hasSize(1);
    started.remove().run();
    assertThat(started).hasSize(2);
    runStarted();
    assertThat(ran).containsExactlyInAnyOrder(1, 2, 3);
    execute(4);
    runStarted();
    assertThat(ran).endsWith(4);
  }

  @Test
  void aTaskThatNoThreadCouldBeStartedFor_isNotRunLater() {
    refusing = true;
    assertThatThrownBy(() -> execute(1)).isInstanceOf(RejectedExecutionException.class);
    refusing = false;
    execute(2);
    execute(3);
    runStarted();
    assertThat(ran).containsExactlyInAnyOrder(2, 3);
  }

  @Test
  void aTaskThatRunsThoughItsThreadWasRefused_runsOnce_andLaterOnesRun() {
    runningWhatItRefuses = true;
    execute(1);
    execute(2);
    runningWhatItRefuses = false;
    execute(3);
    execute(4);
    runStarted();
    assertThat(ran).containsExactlyInAnyOrder(1, 2, 3, 4);
  }

  @Test
  void aThreadThatIsRunAfterItsStartFailed_doesNothing() {
    refusing = true;
    assertThatThrownBy(() -> execute(1)).isInstanceOf(RejectedExecutionException.class);
    refusedBodies.forEach(Runnable::run);
    refusing = false;
    execute(1);
    execute(2);
    runStarted();
    assertThat(ran).containsExactlyInAnyOrder(1, 2);
  }

  @Test
  void tasksOfTheirOwnThreads_runOnce_thoughTheseAreRefused() {
    execute(1);
    execute(2);
    execute(3);
    runningWhatItRefuses = true;
    started.remove().run();
    assertThat(ran).containsExactly(1, 2, 3);
  }

  @Test
  void aStartingThreadThatTheSchedulerHasLost_getsASuccessor() {
    execute(1);
    started.clear();
    now += TimeUnit.MILLISECONDS.toNanos(900);
    execute(2);
    assertThat(started).isEmpty();
    now += TimeUnit.MILLISECONDS.toNanos(200);
    execute(3);
    execute(4);
    assertThat(started).hasSize(1);
    runStarted();
    assertThat(ran).containsExactlyInAnyOrder(1, 2, 3, 4);
  }

  @Test
  void aStartingThreadThatWasOnlyLate_findsNothingToDo() {
    execute(1);
    now += TimeUnit.SECONDS.toNanos(2);
    execute(2);
    assertThat(started).hasSize(2);
    runStarted();
    execute(3);
    runStarted();
    assertThat(ran).containsExactlyInAnyOrder(1, 2, 3);
  }

  @Test
  void tasksThatCannotHaveThreadsOfTheirOwn_areRunOneAfterTheOther() {
    execute(1);
    execute(2);
    execute(3);
    refusing = true;
    started.remove().run();
    assertThat(ran).containsExactly(1, 2, 3);
  }

  @Test
  void everyTaskOfManyThreadsRunsOnce() throws Exception {
    int perThread = 2_000;
    AtomicInteger count = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(4 * perThread);
    FairExecutor real =
        new FairExecutor(
            body -> {
              Thread thread = new Thread(body);
              thread.setDaemon(true);
              return thread;
            });
    Runnable task =
        () -> {
          count.incrementAndGet();
          all.countDown();
        };
    List<Thread> callers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      Thread caller =
          new Thread(
              () -> {
                for (int n = 0; n < perThread; n++) {
                  real.execute(task);
                }
              });
      callers.add(caller);
      caller.start();
    }
    for (Thread caller : callers) {
      caller.join();
    }
    assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
    assertThat(count).hasValue(4 * perThread);
  }
}
