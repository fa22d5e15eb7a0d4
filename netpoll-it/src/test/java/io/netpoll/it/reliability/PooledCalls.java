package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.ConnectionPool;
import io.netpoll.ConnectionPool.Counts;
import io.netpoll.ConnectionPool.Lease;
import io.netpoll.it.Crew;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;

/**
 * Plays {@link Scenario#POOL}: threads that borrow a connection for each call. A lease ends without
 * a word, whatever became of the call: what is left of it must not reach the next one.
 */
final class PooledCalls {
  private static final int MOST_CALLERS = 6;
  private static final int MOST_CALLS = 4;
  private static final int MOST_CONNECTIONS = 3;

  private final AtomicInteger complete = new AtomicInteger();
  private final CountDownLatch ignored = new CountDownLatch(0);

  /** Runs on the thread of the run; returns how many calls got all of their answers. */
  int play(FaultRun run, FaultStage stage) throws Exception {
    Random random = run.random();
    int connections = 1 + random.nextInt(MOST_CONNECTIONS);
    // A pool dials in the proxy's order only as long as it loses none.
    boolean delivers =
        IntStream.range(0, connections).allMatch(number -> run.plan(number).delivers());
    Duration patience = FaultStage.patience(delivers);
    try (Crew crew = new Crew();
        ConnectionPool pool = stage.pool(connections, patience)) {
      for (int i = 1 + random.nextInt(MOST_CALLERS); i > 0; i--) {
        List<EchoCaller> calls = calls(random);
        crew.start(() -> callAll(pool, calls, delivers));
      }
      crew.join();
      assertThat(pool.close(FaultStage.patience(true))).as("all leases have ended").isTrue();
      assertThat(pool.counts()).isEqualTo(new Counts(0, 0, 0, 0));
    }
    return complete.get();
  }

  private static List<EchoCaller> calls(Random random) {
    List<EchoCaller> calls = new ArrayList<>();
    for (int i = 1 + random.nextInt(MOST_CALLS); i > 0; i--) {
      calls.add(new EchoCaller(random));
    }
    return calls;
  }

  private void callAll(ConnectionPool pool, List<EchoCaller> calls, boolean delivers) {
    for (EchoCaller call : calls) {
      boolean all = callOnce(pool, call);
      assertThat(all || !delivers).as("no byte is lost, yet a call failed").isTrue();
      complete.addAndGet(all ? 1 : 0);
    }
  }

  private boolean callOnce(ConnectionPool pool, EchoCaller call) {
    try (Lease lease = pool.acquire()) {
      return call.call(lease.connection(), ignored);
    } catch (IOException notLent) {
      assertThat(notLent.getMessage()).as("%s", notLent.getClass()).isNotBlank();
      return false;
    }
  }
}
