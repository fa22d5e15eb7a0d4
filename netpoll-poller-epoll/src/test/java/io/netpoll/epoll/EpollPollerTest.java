package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Handle;
import io.netpoll.spi.Poller;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Waiting, waking up, and the batch. */
@Timeout(180)
class EpollPollerTest {
  @TempDir Path directory;
  private Loop loop;

  @BeforeEach
  void open() throws IOException {
    loop = new Loop();
  }

  @AfterEach
  void close() throws Exception {
    loop.close();
  }

  @Test
  void timeoutsAreRoundedUp() {
    assertThat(EpollPoller.millis(0)).isZero();
    assertThat(EpollPoller.millis(1)).isEqualTo(1);
    assertThat(EpollPoller.millis(999_999)).isEqualTo(1);
    assertThat(EpollPoller.millis(1_000_000)).isEqualTo(1);
    assertThat(EpollPoller.millis(1_000_001)).isEqualTo(2);
    assertThat(EpollPoller.millis(Long.MAX_VALUE - 1)).isEqualTo(Integer.MAX_VALUE);
    assertThat(EpollPoller.millis(Long.MAX_VALUE)).as("without limit").isEqualTo(-1);
  }

  @Test
  void wakeupBeforeEndsTheNextPoll() throws Exception {
    loop.poller.wakeup();

    assertThat(loop.poller.poll(Long.MAX_VALUE)).isZero();
  }

  @Test
  void wakeupIsNotLostWhileAListenerCloses() throws Exception {
    TestAcceptor acceptor = new TestAcceptor();
    var handle =
        loop.poller.accept(loop.provider.bind(Kind.TCP.free(directory), 1), Map.of(), acceptor);
    loop.turn();
    loop.poller.wakeup();
    handle.close();

    loop.poller.poll(Long.MAX_VALUE);
    loop.dispatch();
    assertThat(acceptor.closed).isTrue();
  }

  @Test
  void wakeupIsNoEventOfTheBatch_andCoalesced() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory);
    pair.handle().resumeInput();
    for (int i = 0; i < 1000; i++) {
      loop.poller.wakeup();
    }
    pair.peerSends("x");
    assertThat(loop.poller.poll(Long.MAX_VALUE)).isEqualTo(1);
    loop.dispatch();
    assertThat(pair.endpoint().text()).isEqualTo("x");
    loop.assertQuiet();
  }

  @Test
  void wakeupWhileAndAfterClosingWritesToNobodyElse() throws Exception {
    for (int i = 0; i < 100; i++) {
      Poller another = loop.provider.open(new NoPages());
      Thread[] wakers = new Thread[2];
      AtomicBoolean stop = new AtomicBoolean();
      for (int w = 0; w < wakers.length; w++) {
        wakers[w] =
            new Thread(
                () -> {
                  while (!stop.get()) {
                    another.wakeup();
                  }
                });
        wakers[w].start();
      }
      for (int p = 0; p < 20; p++) {
        another.poll(0);
      }
      another.close();
      // Takes the numbers that are free now.
      var pair = loop.pair(Kind.UNIX, directory);
      stop.set(true);
      for (Thread waker : wakers) {
        waker.join();
      }
      pair.peer().configureBlocking(false);
      assertThat(pair.peer().read(ByteBuffer.allocate(8))).isZero();
      pair.handle().close();
      pair.peer().close();
    }
  }

  @Test
  void aTurnAllocatesNothing() throws Exception {
    var pair = loop.pair(Kind.UNIX, directory, new TestEndpoint(1, 8));
    var threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
    Handle handle = pair.handle();
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      for (int i = 0; i < 1000; i++) {
        loop.poller.wakeup();
        loop.poller.poll(Long.MAX_VALUE);
        loop.poller.dispatch();
        handle.resumeInput();
        handle.pauseInput();
        pair.endpoint().send();
      }
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    // The test's own output makes an iterator.
    assertThat(least / 1000).isLessThanOrEqualTo(48);
  }

  @Test
  void wakeupAfterCloseDoesNothing() {
    loop.poller.close();
    loop.poller.wakeup();
    loop.poller.close();
  }

  @Test
  void anInterruptedThreadLosesNothing() throws Exception {
    var pair = loop.pair(Kind.TCP, directory);
    pair.handle().resumeInput();
    loop.turn();
    Thread.currentThread().interrupt();
    try {
      assertThat(loop.poller.poll(0)).isZero();
      pair.endpoint().write("sent while interrupted");
      assertThat(pair.endpoint().send()).isTrue();
      Thread.interrupted();
      pair.peerSends("hello");
      Thread.currentThread().interrupt();
      loop.until(() -> pair.endpoint().text().equals("hello"));
      pair.handle().close();
      loop.until(() -> pair.endpoint().events.contains("closed"));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(pair.peerReads(22)).isEqualTo("sent while interrupted");
    assertThat(loop.poller.poll(0)).isZero();
    loop.assertQuiet();
  }

  @Test
  void anInterruptedThreadConnectsAndAccepts() throws Exception {
    TestAcceptor acceptor = new TestAcceptor();
    var listening = loop.provider.bind(Kind.TCP.free(directory), 1);
    Thread.currentThread().interrupt();
    try {
      loop.poller.accept(listening, Map.of(), acceptor);
      TestEndpoint endpoint = loop.connect(listening.localAddress());
      loop.until(() -> endpoint.events.contains("connected") && !acceptor.sockets.isEmpty());
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    acceptor.sockets.remove().close();
  }

  @Test
  void aBatchGrowsAsNeeded() throws Exception {
    int count = 200;
    var pairs = new ArrayList<Loop.Pair>();
    for (int i = 0; i < count; i++) {
      pairs.add(loop.pair(Kind.UNIX, directory));
    }
    for (Loop.Pair pair : pairs) {
      pair.handle().resumeInput();
      pair.peerSends("x");
    }
    assertThat(loop.poller.poll(Long.MAX_VALUE)).isEqualTo(count);
    loop.dispatch();
    assertThat(pairs).allMatch(pair -> pair.endpoint().text().equals("x"));
  }
}
