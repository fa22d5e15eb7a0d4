package io.netpoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;

/** Waiting and leak checks. */
@ExtendWith(LeakCheck.class)
class HelpersTest {
  private static final Duration BRIEFLY = Duration.ofMillis(20);

  @Test
  void eventuallyReturnsOnceTheConditionHolds() {
    AtomicInteger checks = new AtomicInteger();
    Eventually.holds("three checks", () -> checks.incrementAndGet() == 3);
    assertThat(checks).hasValue(3);
    Eventually.passes(() -> assertThat(checks.incrementAndGet()).isEqualTo(5));
  }

  @Test
  void theLongestDurationIsTaken() {
    Duration longest = Duration.ofSeconds(Long.MAX_VALUE, 999_999_999);
    Eventually.holds("at once", longest, () -> true);
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Eventually.holds("pigs fly", longest, () -> false))
        .hasMessage("Not before this thread was interrupted: pigs fly");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void eventuallySaysWhatDidNotHold() {
    assertThatThrownBy(() -> Eventually.holds("pigs fly", BRIEFLY, () -> false))
        .isInstanceOf(AssertionError.class)
        .hasMessage("Not within 20 ms: pigs fly");
    assertThatThrownBy(() -> Eventually.passes(BRIEFLY, () -> assertThat(1).isEqualTo(2)))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("expected: 2")
        .hasCauseInstanceOf(AssertionError.class);
  }

  @Test
  void eventuallyEndsWhenInterrupted() {
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> Eventually.holds("pigs fly", () -> false))
        .hasMessage("Not before this thread was interrupted: pigs fly");
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aThreadThatStaysIsListedUnlessIgnored() throws InterruptedException {
    LeakCheck check = new LeakCheck().waiting(BRIEFLY);
    LeakCheck lenient = LeakCheck.ignoringThreads("netpoll-left").waiting(BRIEFLY);
    ThreadsAndDescriptors before = check.now();
    CountDownLatch end = new CountDownLatch(1);
    Thread left = new Thread(() -> awaitQuietly(end), "netpoll-left-behind");
    left.start();
    assertThatThrownBy(() -> check.check(before, "SomeTest"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("SomeTest left behind:\n- thread netpoll-left-behind");
    lenient.check(before, "SomeTest");
    end.countDown();
    left.join();
    check.check(before, "SomeTest");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDescriptorThatStaysIsListed() throws IOException {
    LeakCheck check = new LeakCheck().waiting(BRIEFLY);
    ThreadsAndDescriptors before = check.now();
    Selector left = Selector.open();
    assertThatThrownBy(() -> check.check(before, "SomeTest"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-> anon_inode:[eventpoll]");
    left.close();
    check.check(before, "SomeTest");
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void aDescriptorInThePlaceOfAnotherIsListed() throws IOException {
    LeakCheck check = new LeakCheck().waiting(BRIEFLY);
    SocketChannel first = SocketChannel.open();
    ThreadsAndDescriptors before = check.now();
    first.close();
    check.check(before, "SomeTest");
    SocketChannel second = SocketChannel.open();
    assertThatThrownBy(() -> check.check(before, "SomeTest"))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("-> socket:[");
    second.close();
    check.check(before, "SomeTest");
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
