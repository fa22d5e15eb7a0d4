package io.netpoll.core;

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
  void aLoanPaysWhereThereAreCallers_andItIsPossible() {
    assertThat(lending.pays(0)).isFalse();
    assertThat(lending.pays(1)).isTrue();
    assertThat(new Lending(false, NEVER).pays(64)).isFalse();
  }

  @Test
  void aLoopThatIsNotLent_isBorrowedByNobody() {
    assertThat(lending.borrow()).isFalse();
    assertThat(lending.isBorrowedByCaller()).isFalse();
  }

  @Test
  void theLastCallerThatWaitsAgain_borrows() {
    lending.lend(3);
    assertThat(lending.borrow()).isFalse();
    assertThat(lending.borrow()).isFalse();
    assertThat(lending.borrow()).isTrue();
    assertThat(lending.isBorrowedByCaller()).isTrue();
    assertThat(lending.borrow()).isFalse();
  }

  @Test
  void aLoopThatIsLentOn_isBorrowedAgain() {
    lending.lend(1);
    assertThat(lending.borrow()).isTrue();
    lending.lendOn(1);
    assertThat(lending.isBorrowedByCaller()).isFalse();
    assertThat(lending.borrow()).isTrue();
  }

  @Test
  void giveBack_endsTheLeadersWait() throws Exception {
    lending.lend(1);
    assertThat(lending.borrow()).isTrue();
    Future<Void> borrower = inOtherThread(lending::giveBack);
    lending.awaitReturn(() -> false);
    assertThat(lending.borrow()).isFalse();
    borrower.get();
  }

  @Test
  void aLeaderThatIsWanted_takesTheLoopBack() {
    lending.lend(1);
    lending.awaitReturn(() -> true);
    assertThat(lending.borrow()).isFalse();
  }

  @Test
  void aLeaderThatIsWanted_doesNotTakeTheLoopFromABorrower() throws Exception {
    lending.lend(1);
    assertThat(lending.borrow()).isTrue();
    AtomicBoolean back = new AtomicBoolean();
    CountDownLatch asked = new CountDownLatch(1);
    Thread borrower =
        new Thread(
            () -> {
              await(asked);
              back.set(true);
              lending.giveBack();
            });
    borrower.start();
    lending.awaitReturn(
        () -> {
          asked.countDown();
          return true;
        });
    assertThat(back).isTrue();
    borrower.join();
  }

  @Test
  void aLeader_takesTheLoopBackWhenNoCallerBorrowsIt() {
    Lending impatient = new Lending(true, 1);
    impatient.lend(1);
    impatient.awaitReturn(() -> false);
    assertThat(impatient.borrow()).isFalse();
  }

  @Test
  void aLoanThatHasTakenLong_isRecalledFromTheBorrower() throws Exception {
    Lending impatient = new Lending(true, 1);
    impatient.lend(1);
    assertThat(impatient.borrow()).isTrue();
    Future<Void> borrower =
        inOtherThread(
            () -> {
              while (!impatient.isRecalled()) {
                Thread.onSpinWait();
              }
              impatient.giveBack();
            });
    impatient.awaitReturn(() -> false);
    assertThat(impatient.isRecalled()).isTrue();
    borrower.get();
  }

  @Test
  void anInterruptedCaller_doesNotBorrow_andTheLeaderGoesOn() throws Exception {
    lending.lend(1);
    inOtherThread(
            () -> {
              Thread.currentThread().interrupt();
              assertThat(lending.borrow()).isFalse();
            })
        .get();
    lending.awaitReturn(() -> false);
  }

  @Test
  void anInterruptOfTheLeader_isNoReturn() throws Exception {
    lending.lend(1);
    assertThat(lending.borrow()).isTrue();
    AtomicBoolean back = new AtomicBoolean();
    Thread leader = Thread.currentThread();
    Future<?> borrower =
        inOtherThread(
            () -> {
              leader.interrupt();
              back.set(true);
              lending.giveBack();
            });
    lending.awaitReturn(() -> false);
    assertThat(back).isTrue();
    borrower.get();
    Thread.interrupted();
  }

  @Test
  void loansThatDoNotPay_becomeRare_andComeBackWhenTheyPay() {
    for (int skipped : new int[] {1, 3, 7, 15}) {
      loan(0);
      assertThat(skipped()).isEqualTo(skipped);
    }
    loan(1);
    assertThat(skipped()).isZero();
    for (int i = 0; i < 100; i++) {
      loan(0);
    }
    assertThat(skipped()).isEqualTo(1024);
  }

  /** A loan that callers pass on {@code turns} times. */
  private void loan(int turns) {
    lending.lend(1);
    for (int i = 0; i < turns; i++) {
      assertThat(lending.borrow()).isTrue();
      lending.lendOn(1);
    }
    lending.awaitReturn(() -> true);
  }

  private int skipped() {
    int skipped = 0;
    while (!lending.pays(64)) {
      skipped++;
    }
    return skipped;
  }

  @Test
  void aTaskThatComesWhileCallersPassTheLoopOn_isSeenByTheLeader() throws Exception {
    ExecutorService others = Executors.newFixedThreadPool(2);
    try {
      for (int i = 0; i < 2000; i++) {
        AtomicBoolean task = new AtomicBoolean();
        CyclicBarrier start = new CyclicBarrier(3);
        Future<?> borrower = others.submit(() -> pollUntilThereIsATask(start, task));
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
        while (!task.get()) { // a caller that came too late ends a loan, too
          lending.lend(1);
          lending.awaitReturn(task::get);
        }
        giver.get();
        borrower.get();
      }
    } finally {
      others.shutdown();
      assertThat(others.awaitTermination(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  private Void pollUntilThereIsATask(CyclicBarrier start, AtomicBoolean task) throws Exception {
    start.await();
    while (!task.get()) {
      if (lending.borrow()) {
        lending.lendOn(1);
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
