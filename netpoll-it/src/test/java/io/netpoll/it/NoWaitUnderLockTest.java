package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Set;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * No published class waits, or calls user code, while it holds a lock: what it waits for may be a
 * poll loop, which a handler holds that wants this very lock. Decide under the lock, and wait
 * outside.
 *
 * <p>{@link LockedCode} tells what a method that holds a lock may call, by the code of all modules:
 * whatever could be called counts.
 */
class NoWaitUnderLockTest {

  /** What waits, as {@code package/Class.method}. A wait for a condition of the lock is none. */
  private static final Set<String> WAITS =
      Set.of(
          "java/lang/Object.wait",
          "java/lang/Process.waitFor",
          "java/lang/Thread.join",
          "java/lang/Thread.sleep",
          "java/net/InetAddress.getAllByName",
          "java/net/InetAddress.getByName",
          "java/nio/channels/Selector.select",
          "java/util/concurrent/BlockingQueue.put",
          "java/util/concurrent/BlockingQueue.take",
          "java/util/concurrent/CompletableFuture.get",
          "java/util/concurrent/CompletableFuture.join",
          "java/util/concurrent/CountDownLatch.await",
          "java/util/concurrent/ExecutorService.awaitTermination",
          "java/util/concurrent/ExecutorService.invokeAll",
          "java/util/concurrent/Future.get",
          "java/util/concurrent/Semaphore.acquire",
          "java/util/concurrent/locks/LockSupport.park",
          "java/util/concurrent/locks/LockSupport.parkNanos",
          "java/util/concurrent/locks/LockSupport.parkUntil");

  /** What calls user code, or may. */
  private static final Set<String> CALLS_OUT =
      Set.of(
          "io/netpoll/CloseCallback.onClose",
          "io/netpoll/OnConnect.onConnect",
          "io/netpoll/OnDisconnect.onDisconnect",
          "io/netpoll/OnPrepare.onPrepare",
          "io/netpoll/OnRequest.onRequest",
          "io/netpoll/PoolListener.acquired",
          "io/netpoll/PoolListener.acquireFailed",
          "io/netpoll/PoolListener.dialFailed",
          "io/netpoll/PoolListener.dialled",
          "io/netpoll/PoolListener.discarded",
          "io/netpoll/PoolListener.evicted",
          "java/util/concurrent/CompletableFuture.complete",
          "java/util/concurrent/CompletableFuture.completeExceptionally",
          "java/util/concurrent/Executor.execute");

  /** For a time of its own, 150 ms, and for no other thread: the others wait for what it frees. */
  private static final String COLLECTS_GARBAGE = "io.netpoll.buffer.DirectMemory.reclaim > ";

  /** Closes a poller that no loop was started for: it watches nothing, and has nobody to tell. */
  private static final Set<String> HARMLESS =
      Set.of("io/netpoll/core/execution/HandlerLoop.abandon");

  private static LockedCode code;

  @BeforeAll
  static void read() throws IOException {
    code = new LockedCode();
    for (Path module : Modules.all().values()) {
      code.read(module);
    }
  }

  @Test
  void everyLock_isGivenBackInAFinally() {
    assertThat(code.takers()).contains("io.netpoll.server.BoundListener.take");
    assertThat(code.careless()).isEmpty();
  }

  @Test
  void nothingWaits_whileItHoldsALock() {
    assertThat(code.reached(WAITS, HARMLESS)).allMatch(way -> way.startsWith(COLLECTS_GARBAGE));
  }

  @Test
  void nothingCallsUserCode_whileItHoldsALock() {
    assertThat(code.reached(CALLS_OUT, HARMLESS)).isEmpty();
  }
}
