package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.it.Crew;
import io.netpoll.it.Frames;
import io.netpoll.testkit.proxy.FaultPlan;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Plays {@link Scenario#MULTIPLEXED}: some threads share each connection, and each calls in turn
 * until it gets an exception.
 */
final class MultiplexedCalls {
  private static final int MOST_CALLERS = 4;
  private static final int MOST_CALLS = 8;

  private final AtomicInteger complete = new AtomicInteger();

  /** Runs on the thread of the run; returns how many threads got all of their answers. */
  int play(FaultRun run, FaultStage stage) throws Exception {
    Random random = run.random();
    List<Multiplexer> open = new ArrayList<>();
    try (Crew crew = new Crew()) {
      for (int i = 0; i < run.connections(); i++) {
        FaultPlan plan = run.plan(i);
        Optional<Connection> connection = FaultRun.dial(stage, plan);
        if (connection.isPresent()) {
          Multiplexer calls = new Multiplexer(connection.get());
          open.add(calls);
          startCallers(crew, calls, plan, random);
        }
      }
      crew.join();
    } finally {
      open.forEach(Multiplexer::close);
    }
    return complete.get();
  }

  private void startCallers(Crew crew, Multiplexer calls, FaultPlan plan, Random random) {
    for (int i = 1 + random.nextInt(MOST_CALLERS); i > 0; i--) {
      List<byte[]> payloads = payloads(random);
      crew.start(() -> callAll(calls, plan, payloads));
    }
  }

  private static List<byte[]> payloads(Random random) {
    List<byte[]> payloads = new ArrayList<>();
    for (int i = 1 + random.nextInt(MOST_CALLS); i > 0; i--) {
      payloads.add(Frames.payload(random.nextLong(), random.nextInt(1 << random.nextInt(15))));
    }
    return payloads;
  }

  private void callAll(Multiplexer calls, FaultPlan plan, List<byte[]> payloads) {
    try {
      for (byte[] payload : payloads) {
        assertThat(calls.call(payload, FaultStage.patience(plan.delivers()))).isEqualTo(payload);
      }
      complete.incrementAndGet();
    } catch (IOException ended) {
      assertThat(ended.getMessage()).as("%s", ended.getClass()).isNotBlank();
      assertThat(plan.delivers()).as("no byte is lost, yet: %s", ended).isFalse();
    }
  }
}
