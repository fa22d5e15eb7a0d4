package io.netpoll.core.loop;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Timers come when they are due, by a clock that the test sets. */
class TimerWheelTest {
  private static final long TICK = 1L << 20;

  private long now;
  private final List<String> ran = new ArrayList<>();

  private TimerWheel wheel() {
    return new TimerWheel(() -> now);
  }

  private int runDue(TimerWheel wheel) {
    int count = 0;
    for (Runnable due; (due = wheel.pollDue(now)) != null; count++) {
      due.run();
    }
    return count;
  }

  @Test
  void anEmptyWheelWaitsForEver() {
    TimerWheel wheel = wheel();
    assertThat(wheel.nanosToNext()).isEqualTo(Long.MAX_VALUE);
    now = TimeUnit.DAYS.toNanos(365);
    assertThat(wheel.pollDue(now)).isNull();
    wheel.schedule(TICK, () -> {}).cancel();
    assertThat(wheel.nanosToNext()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void theyComeInTheOrderOfTheirTime_andCancelledOnesDoNotCome() {
    TimerWheel wheel = wheel();
    wheel.schedule(TimeUnit.HOURS.toNanos(1), () -> ran.add("third"));
    wheel.schedule(2 * TICK, () -> ran.add("second"));
    wheel.schedule(TICK, () -> ran.add("first"));
    wheel.schedule(TICK / 2, () -> ran.add("never")).cancel();
    while (wheel.nanosToNext() < Long.MAX_VALUE) {
      now += wheel.nanosToNext();
      assertThat(runDue(wheel)).as("a wake-up finds one that is due").isPositive();
    }
    assertThat(ran).containsExactly("first", "second", "third");
  }

  @ParameterizedTest
  @ValueSource(longs = {0, Long.MAX_VALUE - 5 * TICK})
  void theLongestDelayIsKept_alsoWhereTheClockOverflows(long start) {
    now = start;
    TimerWheel wheel = wheel();
    long longest = Long.MAX_VALUE / 2;
    wheel.schedule(longest, () -> ran.add("at last"));
    now += longest - TICK;
    assertThat(runDue(wheel)).isZero();
    now += 2 * TICK;
    assertThat(runDue(wheel)).isEqualTo(1);
  }

  @Test
  void oneThatIsDueTogetherWithItsCancellerDoesNotCome() {
    TimerWheel wheel = wheel();
    TimerWheel.Timer[] timers = new TimerWheel.Timer[2];
    for (int i = 0; i < 2; i++) {
      int other = 1 - i;
      timers[i] =
          wheel.schedule(
              TICK,
              () -> {
                ran.add("one");
                timers[other].cancel();
              });
    }
    now = 2 * TICK;
    runDue(wheel);
    assertThat(ran).containsExactly("one");
    assertThat(wheel.nanosToNext()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aTimerMayScheduleTheNext() {
    TimerWheel wheel = wheel();
    wheel.schedule(0, () -> wheel.schedule(0, () -> ran.add("next")));
    assertThat(runDue(wheel)).isEqualTo(2);
    assertThat(ran).containsExactly("next");
  }

  /** Against a plain list: any delays, cancellations, and steps of the clock. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void noneComesTooEarly_noneTooLate_noneTwice(long seed) {
    Random random = new Random(seed);
    now = random.nextLong();
    TimerWheel wheel = wheel();
    List<Expected> pending = new ArrayList<>();
    for (int step = 0; step < 20_000; step++) {
      switch (random.nextInt(4)) {
        case 0, 1 -> pending.add(new Expected(wheel, now, delay(random), pending));
        case 2 -> {
          if (!pending.isEmpty()) {
            pending.remove(random.nextInt(pending.size())).timer.cancel();
          }
        }
        default -> {
          now +=
              Math.min(delay(random), Math.min(Long.MAX_VALUE - TICK, wheel.nanosToNext()) + TICK);
          runDue(wheel);
          assertThat(pending).noneMatch(expected -> now - expected.due >= TICK);
        }
      }
    }
    long next = pending.stream().mapToLong(expected -> expected.due - now).min().orElse(0);
    assertThat(wheel.nanosToNext()).isLessThanOrEqualTo(Math.max(0, next) + TICK);
  }

  private static long delay(Random random) {
    return random.nextLong() >>> (18 + random.nextInt(46));
  }

  private final class Expected {
    private final long due;
    private final TimerWheel.Timer timer;

    Expected(TimerWheel wheel, long from, long delay, List<Expected> pending) {
      due = from + delay;
      timer =
          wheel.schedule(
              delay,
              () -> {
                assertThat(now - due).isNotNegative();
                assertThat(pending.remove(this)).isTrue();
              });
    }
  }
}
