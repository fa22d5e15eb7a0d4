package io.netpoll.core.execution;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When the pool starts threads. */
@Timeout(60)
class WorkerPoolTest {

  @Test
  void theWorkerPoolUsesIdleThreadsBeforeItStartsNewOnes() throws Exception {
    WorkerPool pool = new WorkerPool("test");
    try {
      for (int i = 0; i < 100; i++) {
        CountDownLatch done = new CountDownLatch(1);
        pool.execute(done::countDown);
        assertThat(done.await(10, TimeUnit.SECONDS)).isTrue();
        io.netpoll.testkit.Eventually.holds("idle again", () -> pool.getActiveCount() == 0);
      }
      assertThat(pool.getLargestPoolSize()).isLessThanOrEqualTo(3);
      CountDownLatch hold = new CountDownLatch(1);
      CountDownLatch started = new CountDownLatch(50);
      for (int i = 0; i < 50; i++) {
        pool.execute(
            () -> {
              started.countDown();
              try {
                hold.await();
              } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
              }
            });
      }
      assertThat(started.await(10, TimeUnit.SECONDS)).isTrue();
      hold.countDown();
    } finally {
      pool.shutdown();
      assertThat(pool.awaitTermination(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
