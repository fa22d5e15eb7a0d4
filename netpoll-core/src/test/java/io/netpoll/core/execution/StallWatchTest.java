package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

class StallWatchTest {
  private static final long AFTER = TimeUnit.SECONDS.toNanos(2);

  private final Leadership leadership = new Leadership();
  private final List<String> logged = new ArrayList<>();
  private final List<Throwable> stacks = new ArrayList<>();
  private long now;
  private final StallWatch watch = watch(AFTER);

  private StallWatch watch(long after) {
    return new StallWatch(
        after,
        "do something.",
        () -> now,
        (text, stack) -> {
          logged.add(text);
          if (stack != null) {
            stacks.add(stack);
          }
        });
  }

  @BeforeEach
  void lead() {
    leadership.begin(1);
  }

  private void tick(StallWatch watch, long millis) {
    now += TimeUnit.MILLISECONDS.toNanos(millis);
    watch.look(leadership.seen(), Thread.currentThread());
  }

  private void stall(StallWatch watch) {
    leadership.enterInPlace();
    tick(watch, 1);
    tick(watch, 1);
    tick(watch, 2500);
    tick(watch, 2500);
    leadership.leaveInPlace();
    tick(watch, 1);
  }

  @Test
  void aCallThatLastsIsLoggedOnce_andItsEnd() {
    stall(watch);
    String thread = Thread.currentThread().getName();
    assertThat(logged)
        .containsExactly(
            thread
                + " has been in one handler for 2500 ms, and its poll loop serves nobody meanwhile:"
                + " do something.",
            "The poll loop of " + thread + " goes on, after 5001 ms.");
    assertThat(stacks).hasSize(1);
    assertThat(stacks.get(0).getStackTrace())
        .anyMatch(frame -> frame.getMethodName().equals("aCallThatLastsIsLoggedOnce_andItsEnd"));
  }

  @Test
  void shortCallsAndALoopOutsideOfUserCodeAreNotLogged() {
    for (int i = 0; i < 10; i++) {
      leadership.enterInPlace();
      tick(watch, 1500);
      tick(watch, 1500);
      leadership.leaveInPlace();
      tick(watch, 10_000);
      tick(watch, 10_000);
    }
    assertThat(logged).isEmpty();
  }

  @Test
  void ofTheStallsOfTenSecondsOneIsLogged() {
    stall(watch);
    stall(watch);
    assertThat(logged).hasSize(2);
    tick(watch, 10_000);
    stall(watch);
    assertThat(logged).hasSize(4);
  }

  @Test
  void zeroIsForNever() {
    stall(watch(0));
    assertThat(logged).isEmpty();
  }

  @Test
  @Timeout(60)
  void whoLogsMayWaitForTheLogging_theWatchDogDoesNot() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    BlockingQueue<String> published = new LinkedBlockingQueue<>();
    StallLog log =
        new StallLog(
            (text, stack) -> {
              await(goOn);
              published.add(text);
            });
    log.accept("one", null);
    log.accept("two", null);
    assertThat(published).isEmpty();
    goOn.countDown();
    assertThat(published.take()).isEqualTo("one");
    assertThat(published.take()).isEqualTo("two");
  }

  @Test
  @Timeout(60)
  void whereLoggingFails_theNextMessageIsLoggedAllTheSame() throws Exception {
    BlockingQueue<String> published = new LinkedBlockingQueue<>();
    StallLog log =
        new StallLog(
            (text, stack) -> {
              published.add(text);
              throw new IllegalStateException("thrown on purpose by a test");
            });
    log.accept("one", null);
    assertThat(published.take()).isEqualTo("one");
    log.accept("two", null);
    assertThat(published.take()).isEqualTo("two");
  }

  private static void await(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError("Nobody interrupts it.", e);
    }
  }
}
