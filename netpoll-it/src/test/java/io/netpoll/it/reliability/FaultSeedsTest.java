package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.testkit.LeakCheck;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Clients and servers of this library with a proxy between them that injects faults: each answer is
 * right to the byte, or the caller gets an exception that says why, and nothing hangs.
 *
 * <p>System properties: {@code netpoll.it.faultSeeds} is how many seeds are run, {@code
 * netpoll.it.firstFaultSeed} is the first of them; {@code netpoll.it.faultSeed} runs that one
 * alone; {@code netpoll.it.faultThreads} is how many run at a time.
 */
@ExtendWith(LeakCheck.class)
class FaultSeedsTest {
  private static final int SEEDS = Integer.getInteger("netpoll.it.faultSeeds", 48);
  private static final long FIRST = Long.getLong("netpoll.it.firstFaultSeed", 0);
  private static final Long SEED = Long.getLong("netpoll.it.faultSeed");
  private static final int THREADS = Integer.getInteger("netpoll.it.faultThreads", 8);

  private static LongStream seeds() {
    return SEED != null ? LongStream.of(SEED) : LongStream.range(FIRST, FIRST + SEEDS);
  }

  @Test
  void everyAnswerIsRight_orTheCallerIsToldWhyNot() throws Exception {
    List<Future<Integer>> runs = new ArrayList<>();
    ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    try {
      seeds().forEach(seed -> runs.add(threads.submit(() -> new FaultRun(seed).run())));
      int complete = 0;
      List<String> failures = new ArrayList<>();
      for (Future<Integer> run : runs) {
        try {
          complete += run.get();
        } catch (ExecutionException e) {
          failures.add(e.getCause().getMessage());
        }
      }
      System.out.printf("faults: %d runs, %d calls got every answer%n", runs.size(), complete);
      assertThat(failures).isEmpty();
    } finally {
      threads.shutdownNow();
    }
  }
}
