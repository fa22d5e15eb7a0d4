package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.testkit.LeakCheck;
import java.lang.invoke.VarHandle;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Who owns a loop that is lent, and when it comes back. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class LendingTest {
  private static final long NEVER = TimeUnit.HOURS.toNanos(1);

  private final Lending lending = new Lending(true, NEVER);

  @Test
  void aLoanPays_whereItIsPossible() {
    assertThat(lending.pays()).isTrue();
    assertThat(new Lending(false, NEVER).pays()).isFalse();
  }

  @Test
  void aLoopThatIsNotLent_isHeldByNobody() {
    assertThat(lending.hold()).isFalse();
  }

  @Test
  void aLoopIsHeldOnce_untilItIsLentOn() {
    lending.lend();
    assertThat(lending.hold()).isTrue();
    assertThat(lending.hold()).isFalse();
    lending.lendOn();
    assertThat(lending.hold()).isTrue();
  }

  @Test
  void giveBack_endsTheLeadersWait() throws Exception {
    lending.lend();
    assertThat(lending.hold()).isTrue();
    Future<Void> deputy = inOtherThread(lending::giveBack);
    lending.awaitReturn(() -> 0, () -> false);
    assertThat(lending.hold()).isFalse();
    deputy.get();
  }

  @Test
  void aLeaderThatIsWanted_takesTheLoopBack() {
    lending.lend();
    lending.awaitReturn(() -> 0, () -> true);
    assertThat(lending.hold()).isFalse();
  }

  @Test
  void aLeaderThatIsWanted_doesNotTakeTheLoopFromItsHolder() throws Exception {
    lending.lend();
    assertThat(lending.hold()).isTrue();
    AtomicBoolean back = new AtomicBoolean();
    CountDownLatch asked = new CountDownLatch(1);
    Thread deputy =
        new Thread(
            () -> {
              await(asked);
              back.set(true);
              lending.giveBack();
            });
    deputy.start();
    lending.awaitReturn(
        () -> 0,
        () -> {
          asked.countDown();
          return true;
        });
    assertThat(back).isTrue();
    deputy.join();
  }

  @Test
  void aLeader_takesTheLoopBackWhenNoTurnComes() {
    Lending impatient = new Lending(true, 1);
    impatient.lend();
    impatient.awaitReturn(() -> 0, () -> false);
    assertThat(impatient.hold()).isFalse();
  }

  @Test
  void anInterruptOfTheLeader_isNoReturn() throws Exception {
    lending.lend();
    assertThat(lending.hold()).isTrue();
    AtomicBoolean back = new AtomicBoolean();
    Thread leader = Thread.currentThread();
    Future<?> deputy =
        inOtherThread(
            () -> {
              leader.interrupt();
              back.set(true);
              lending.giveBack();
            });
    lending.awaitReturn(() -> 0, () -> false);
    assertThat(back).isTrue();
    deputy.get();
    Thread.interrupted();
  }

  @Test
  void loansThatDoNotPay_becomeRare_andComeBackWhenTheyPay() {
    loan(0);
    assertThat(skipped(lending)).isEqualTo(1);
    for (int skipped : new int[] {3, 7, 15}) {
      loan(1);
      assertThat(skipped(lending)).isEqualTo(skipped);
    }
    loan(2);
    assertThat(skipped(lending)).isZero();
    for (int i = 0; i < 100; i++) {
      loan(1);
    }
    assertThat(skipped(lending)).isEqualTo(1024);
  }

  /** A loan with so many turns; the first wakes such as the loop was lent with. */
  private void loan(int turns) {
    lending.lend();
    for (int i = 0; i < turns; i++) {
      assertThat(lending.hold()).isTrue();
      lending.takesTurn();
      lending.lendOn();
    }
    lending.awaitReturn(() -> 0, () -> true);
  }

  private static int skipped(Lending lending) {
    int skipped = 0;
    while (!lending.pays()) {
      skipped++;
    }
    return skipped;
  }

  @Test
  void loansThatAreTakenBackLate_becomeRareAfterMany() {
    Lending impatient = new Lending(true, 1);
    for (int i = 0; i < 16; i++) {
      late(impatient, 15);
      assertThat(skipped(impatient)).isZero();
    }
    late(impatient, 15);
    assertThat(skipped(impatient)).isEqualTo(1);
    late(impatient, 15);
    assertThat(skipped(impatient)).isEqualTo(3);
  }

  @Test
  void loansThatAreTakenBackLate_goOnWhileCallersSend() {
    Lending impatient = new Lending(true, 1);
    for (int i = 0; i < 128; i++) {
      late(impatient, 16);
      assertThat(skipped(impatient)).isZero();
    }
    late(impatient, 16); // who sends may be somebody else
    assertThat(skipped(impatient)).isEqualTo(1);
  }

  @Test
  void aLoanThatEndsWithItsTerm_isOfUseIfCallersSend() {
    AtomicInteger sent = new AtomicInteger();
    lending.lend();
    assertThat(lending.hold()).isTrue();
    lending.takesTurn();
    lending.giveBack();
    lending.awaitReturn(() -> sent.getAndSet(16), () -> false);
    assertThat(skipped(lending)).isZero();
  }

  /** A loan in which no turn comes, and so much is sent. */
  private static void late(Lending impatient, int sends) {
    AtomicInteger sent = new AtomicInteger();
    impatient.lend();
    impatient.awaitReturn(() -> sent.getAndSet(sends), () -> false);
  }

  @Test
  void behindLoansThatEndInTime_theLeaderIsMorePatient() {
    long patience = TimeUnit.MILLISECONDS.toNanos(20);
    Lending patient = new Lending(true, patience);
    for (int i = 0; i < 10; i++) {
      patient.lend();
      assertThat(patient.hold()).isTrue();
      patient.giveBack();
      patient.awaitReturn(() -> 0, () -> false);
    }
    long start = System.nanoTime();
    late(patient, 0);
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(5 * patience);
  }

  @Test
  void whereNobodyCouldBeLentTo_loansBecomeRare() {
    lending.refused();
    assertThat(skipped(lending)).isEqualTo(1);
    lending.refused();
    assertThat(skipped(lending)).isEqualTo(3);
  }

  @Test
  void aTaskThatComesWhileTheDeputyTakesTurns_isSeenByTheLeader() throws Exception {
    ExecutorService others = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 2000; i++) {
        AtomicBoolean task = new AtomicBoolean();
        CyclicBarrier start = new CyclicBarrier(3);
        Future<?> deputy = others.submit(() -> takeTurnsUntilThereIsATask(start, task));
        Future<?> giver =
            others.submit(
                () -> {
                  start.await();
                  task.set(true);
                  VarHandle.fullFence();
                  lending.wakeLeader();
                  return null;
                });
        start.await();
        lending.lend();
        lending.awaitReturn(() -> 0, task::get);
        assertThat(task).isTrue();
        giver.get();
        deputy.get();
      }
    } finally {
      others.shutdown();
      assertThat(others.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private Void takeTurnsUntilThereIsATask(CyclicBarrier start, AtomicBoolean task)
      throws Exception {
    start.await();
    while (!task.get()) {
      if (lending.hold()) {
        lending.lendOn();
        if (task.get()) {
          lending.wakeLeader();
        }
      }
    }
    return null;
  }

  private static Future<Void> inOtherThread(Runnable action) {
    return CompletableFuture.runAsync(action);
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }
}
