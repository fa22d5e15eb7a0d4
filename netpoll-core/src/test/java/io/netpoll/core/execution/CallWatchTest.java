package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.testkit.Eventually;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class CallWatchTest {
  private final Leadership leadership = new Leadership();
  private long now;
  private long computed;
  private final CallWatch watch = new CallWatch(() -> now, thread -> computed);

  @BeforeEach
  void lead() {
    leadership.begin(1);
  }

  private boolean tick() {
    now += TimeUnit.MILLISECONDS.toNanos(1);
    return watch.isOverdue(leadership.seen(), Thread.currentThread());
  }

  @Test
  void aLoopOutsideOfUserCodeIsNeverOverdue() {
    for (int i = 0; i < 100; i++) {
      assertThat(tick()).isFalse();
      assertThat(watch.isSuspecting()).isFalse();
    }
  }

  @Test
  void shortCallsAreNeverOverdue() {
    for (int i = 0; i < 100; i++) {
      long entered = leadership.enter();
      assertThat(tick()).isFalse();
      assertThat(watch.isSuspecting()).isFalse();
      leadership.leave(entered);
    }
  }

  @Test
  void aCallThatWaitsIsOverdueAtTheSecondTick() {
    leadership.enter();
    computed = CpuTime.UNKNOWN;
    assertThat(tick()).isFalse();
    assertThat(tick()).isTrue();
  }

  @Test
  void aCallThatComputesIsOverdueOnceItHasComputedFurther() {
    leadership.enter();
    assertThat(tick()).isFalse();
    assertThat(tick()).isFalse();
    assertThat(watch.isSuspecting()).isTrue();
    computed += TimeUnit.MICROSECONDS.toNanos(499);
    assertThat(tick()).isFalse();
    computed += TimeUnit.MICROSECONDS.toNanos(1);
    assertThat(tick()).isTrue();
  }

  @Test
  void aCallThatLostItsProcessorIsNotOverdueBeforeTenMilliseconds() {
    leadership.enter();
    tick();
    for (int i = 0; i < 10; i++) {
      assertThat(tick()).as("tick " + i).isFalse();
    }
    assertThat(tick()).isTrue();
  }

  @Test
  void whatTheCallBeforeComputedDoesNotCount() {
    long first = leadership.enter();
    tick();
    tick();
    computed += TimeUnit.MILLISECONDS.toNanos(100);
    leadership.leave(first);
    leadership.enter();
    assertThat(tick()).isFalse();
    assertThat(watch.isSuspecting()).isFalse();
    assertThat(tick()).isFalse();
    assertThat(tick()).isFalse();
  }

  @Test
  void realThreadsAreTold() throws Exception {
    CountDownLatch done = new CountDownLatch(1);
    Thread waiting = new Thread(() -> await(done), "waits");
    waiting.start();
    Eventually.holds("the thread waits", () -> waiting.getState() == Thread.State.WAITING);
    assertThat(CpuTime.ifRunnable(waiting)).isEqualTo(CpuTime.UNKNOWN);
    done.countDown();
    waiting.join();
    assertThat(CpuTime.ifRunnable(Thread.currentThread())).isPositive();
  }

  private static void await(CountDownLatch done) {
    try {
      done.await();
    } catch (InterruptedException e) {
      throw new AssertionError("Nobody interrupts it.", e);
    }
  }
}
