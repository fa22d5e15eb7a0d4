package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.EventLoop;
import io.netpoll.ShardQueue;
import io.netpoll.it.Crew;
import io.netpoll.it.Setting;
import io.netpoll.testkit.Eventually;
import java.time.Duration;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * What is done under faults. This is the place for further clients and servers: a constant that
 * makes its calls through {@link FaultStage}, by what {@link FaultRun} draws, and fails with an
 * {@link AssertionError} only.
 */
enum Scenario {
  /** Blocking callers against an echo server: where no byte is lost, every answer comes. */
  ECHO {
    @Override
    int play(FaultRun run, FaultStage stage) throws Exception {
      AtomicInteger complete = new AtomicInteger();
      CountDownLatch ignored = new CountDownLatch(0);
      try (Crew crew = new Crew()) {
        for (FaultRun.Call call : run.open(stage)) {
          crew.start(
              () -> {
                boolean all = call.make(ignored);
                assertThat(all || !call.plan().delivers())
                    .as("no byte is lost, yet the caller got an exception: %s", call)
                    .isTrue();
                complete.addAndGet(all ? 1 : 0);
              });
        }
        crew.join();
      }
      return complete.get();
    }
  },

  /** The same, and the server shuts down when some of the answers have come. */
  SHUTDOWN {
    @Override
    int play(FaultRun run, FaultStage stage) throws Exception {
      AtomicInteger complete = new AtomicInteger();
      Random random = run.random();
      try (Crew crew = new Crew()) {
        var calls = run.open(stage);
        int frames = calls.stream().mapToInt(call -> call.caller().frames()).sum();
        CountDownLatch answered = new CountDownLatch(random.nextInt(frames + 1));
        for (FaultRun.Call call : calls) {
          crew.start(() -> complete.addAndGet(call.make(answered) ? 1 : 0));
        }
        answered.await();
        stage.server().shutdown(Duration.ofMillis(random.nextBoolean() ? 0 : 300));
        Eventually.holds("no connection is left", () -> stage.server().connections() == 0);
        crew.join();
      }
      return complete.get();
    }
  },

  /** Threads that share connections, whose answers overtake each other. */
  MULTIPLEXED {
    @Override
    EventLoop server(Setting setting) {
      return EventLoop.withContext(ShardQueue::of).onRequest(Multiplexer::serve).build();
    }

    @Override
    int play(FaultRun run, FaultStage stage) throws Exception {
      return new MultiplexedCalls().play(run, stage);
    }
  },

  /** Threads that borrow connections of a pool. */
  POOL {
    @Override
    int play(FaultRun run, FaultStage stage) throws Exception {
      return new PooledCalls().play(run, stage);
    }
  };

  /** What it calls; an echo server, if it does not say otherwise. */
  EventLoop server(Setting setting) {
    return EventLoop.builder(setting.echo()).build();
  }

  /**
   * Plays it.
   *
   * @return how many of the calls got all of their answers
   */
  abstract int play(FaultRun run, FaultStage stage) throws Exception;
}
