package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.it.Setting;
import io.netpoll.testkit.proxy.FaultPlan;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;

/**
 * One run of a {@link Scenario} under faults. Its setting, scenario, plans, and what is sent are
 * functions of one seed; settings and scenarios take turns, so that successive seeds cover all.
 *
 * @param seed any number, not negative
 */
record FaultRun(long seed) {
  private static final Duration LIMIT = Duration.ofSeconds(100);
  private static final int MOST_CONNECTIONS = 4;

  /**
   * A connection through the proxy and what is to be called on it.
   *
   * @param connection none if the fault came before it was established
   */
  record Call(FaultPlan plan, EchoCaller caller, Optional<Connection> connection, boolean aborts) {
    /** Makes the call, and ends the connection; returns whether all answers came. */
    boolean make(CountDownLatch answered) {
      if (connection.isEmpty()) {
        caller.giveUp(answered);
        return false;
      }
      try {
        return caller.call(connection.get(), answered);
      } finally {
        connection.ifPresent(aborts ? Connection::abort : Connection::close);
      }
    }
  }

  Setting setting() {
    List<Setting> all = Setting.all();
    return all.get((int) (seed % all.size()));
  }

  Scenario scenario() {
    Scenario[] all = Scenario.values();
    return all[(int) (seed / Setting.all().size() % all.length)];
  }

  /** Draws what is no plan of the proxy. */
  Random random() {
    return new Random(~seed);
  }

  /** How many connections a scenario opens that opens them itself. */
  int connections() {
    return 1 + random().nextInt(MOST_CONNECTIONS);
  }

  /** What the proxy does to a connection. */
  FaultPlan plan(int number) {
    return FaultPlan.drawn(seed, number);
  }

  /** Opens the connections one after the other, so that the proxy numbers them in this order. */
  List<Call> open(FaultStage stage) {
    List<Call> calls = new ArrayList<>();
    Random random = random();
    for (int i = 0; i < connections(); i++) {
      FaultPlan plan = plan(i);
      EchoCaller caller = new EchoCaller(random);
      calls.add(new Call(plan, caller, dial(stage, plan), random.nextBoolean()));
    }
    return calls;
  }

  /** Dials; nothing comes of it where the fault is faster, and loses bytes. */
  static Optional<Connection> dial(FaultStage stage, FaultPlan plan) {
    try {
      return Optional.of(stage.dial(plan));
    } catch (IOException reset) {
      assertThat(plan.delivers()).as("lossless, yet not dialled: %s", reset).isFalse();
      return Optional.empty();
    }
  }

  /**
   * Runs it.
   *
   * @return how many calls got all of their answers
   * @throws AssertionError if anything went wrong, with all that is needed to run it again
   */
  int run() {
    int[] complete = new int[1];
    try {
      Bounded.run(
          LIMIT,
          () -> {
            try (FaultStage stage = new FaultStage(setting(), scenario(), this::plan)) {
              complete[0] = scenario().play(this, stage);
            }
          });
    } catch (Exception | AssertionError e) {
      throw new AssertionError(this + "\n" + e.getMessage(), e);
    }
    return complete[0];
  }

  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    text.append("seed ").append(seed).append(": ").append(scenario()).append(", ");
    text.append(setting()).append(", JDK ").append(Runtime.version().feature());
    for (int i = 0; i < connections(); i++) {
      text.append("\n  connection ").append(i).append(" ").append(plan(i));
    }
    return text.append("\n  run it again with -Dnetpoll.it.faultSeed=").append(seed).toString();
  }
}
