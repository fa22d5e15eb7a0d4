package io.netpoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.Bench.Connected;
import java.io.IOException;
import java.time.Duration;
import java.util.ServiceLoader;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/** How the fake poller waits, wakes and fails. */
@ExtendWith({FakeNetworkCheck.class, LeakCheck.class})
class FakePollerTest {
  private Bench bench;

  @BeforeEach
  void open() throws IOException {
    bench = new Bench();
  }

  @AfterEach
  void close() {
    bench.close();
    FakeNetwork.assertNothingOpen();
  }

  @Test
  void theProviderIsFoundAndNeverPreferred() {
    assertThat(ServiceLoader.load(PollerProvider.class))
        .filteredOn(provider -> provider.name().equals("fake"))
        .singleElement()
        .satisfies(
            provider -> {
              assertThat(provider.priority()).isEqualTo(-100);
              assertThat(provider.availability().available()).isTrue();
              assertThat(provider.threadAffine()).isFalse();
            });
  }

  @Test
  void pollWaitsAsLongAsItMay() throws IOException {
    long start = System.nanoTime();
    assertThat(bench.poller.poll(Duration.ofMillis(20).toNanos())).isZero();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(Duration.ofMillis(20).toNanos());
  }

  @Test
  void aWakeupBeforeThePollEndsThatPollOnly() throws IOException {
    bench.poller.wakeup();
    bench.poller.wakeup();
    assertThat(bench.poller.poll(Long.MAX_VALUE)).isZero();
    assertThat(bench.poller.poll(Duration.ofMillis(5).toNanos())).isZero();
  }

  @Test
  void aWakeupEndsAPollThatWaits() throws Exception {
    CompletableFuture<Integer> events = pollOnAnotherThread();
    bench.poller.wakeup();
    assertThat(events.get(5, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void bytesEndAPollThatWaits() throws Exception {
    Connected c = bench.connect();
    CompletableFuture<Integer> events = pollOnAnotherThread();
    c.peer().send("wake");
    assertThat(events.get(5, TimeUnit.SECONDS)).isOne();
    assertThat(bench.poller.dispatch()).isTrue();
    assertThat(c.endpoint().arrivedText()).isEqualTo("wake");
  }

  @Test
  void roomInAFullSocketEndsAPollThatWaits() throws Exception {
    Connected c = bench.connect();
    c.peer().setWindow(0);
    c.endpoint().queue("x");
    c.handle().watchOutput();
    CompletableFuture<Integer> events = pollOnAnotherThread();
    c.peer().setWindow(1);
    assertThat(events.get(5, TimeUnit.SECONDS)).isOne();
    bench.poller.dispatch();
    assertThat(c.peer().receiveText(1, Duration.ofSeconds(5))).isEqualTo("x");
  }

  @Test
  void aCloseThatIsDueEndsThePoll() throws IOException {
    Connected c = bench.connect();
    c.handle().close();
    assertThat(bench.poller.poll(Long.MAX_VALUE)).isOne();
    bench.poller.dispatch();
    assertThat(c.endpoint().events).containsExactly("closed");
  }

  @Test
  void anInterruptEndsThePollAndStaysSet() throws IOException {
    Thread.currentThread().interrupt();
    assertThat(bench.poller.poll(Long.MAX_VALUE)).isZero();
    assertThat(Thread.interrupted()).isTrue();
  }

  @Test
  void aPlannedFaultEndsAPollThatWaitsAndStrikesOnce() throws Exception {
    CompletableFuture<Integer> events = pollOnAnotherThread();
    FakeNetwork.failNext(Fault.POLL, "broken");
    assertThatThrownBy(() -> events.get(5, TimeUnit.SECONDS)).hasMessageContaining("broken");
    assertThat(bench.poller.poll(0)).isZero();
  }

  @Test
  void aNewLeaderGoesOnWithTheBatchWhereTheLastStopped() throws Exception {
    Connected one = bench.connect();
    Connected two = bench.connect();
    one.peer().send("1");
    two.peer().send("2");
    assertThat(bench.poller.poll(0)).isEqualTo(2);
    assertThat(bench.poller.dispatch()).isTrue();
    assertThat(CompletableFuture.supplyAsync(bench.poller::dispatch).get()).isTrue();
    assertThat(bench.poller.dispatch()).isFalse();
    assertThat(one.endpoint().arrivedText() + two.endpoint().arrivedText()).isEqualTo("12");
  }

  @Test
  void noWakeupIsLostBetweenAPeerAndAPollThatWaits() throws Exception {
    Connected c = bench.connect();
    CompletableFuture<Void> leader =
        CompletableFuture.runAsync(
            () -> {
              try {
                while (!c.endpoint().events.contains("ended")) {
                  bench.poller.poll(Long.MAX_VALUE);
                  while (bench.poller.dispatch()) {}
                  if (c.endpoint().arrived.size() > 0) {
                    c.endpoint().queue(c.endpoint().arrivedText());
                    c.endpoint().arrived.reset();
                    c.endpoint().send();
                  }
                }
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            });
    for (int i = 0; i < 20_000; i++) {
      c.peer().send("x");
      assertThat(c.peer().receiveText(1, Duration.ofSeconds(5))).isEqualTo("x");
    }
    c.peer().closeOutput();
    leader.get(5, TimeUnit.SECONDS);
  }

  @Test
  void pollsAreCounted() throws IOException {
    long before = FakeNetwork.polls();
    bench.poller.poll(0);
    assertThat(FakeNetwork.polls()).isEqualTo(before + 1);
  }

  @Test
  void openingABrokenPollerFails() {
    FakeNetwork.failNext(Fault.OPEN, "Too many open files");
    assertThat(FakeNetwork.isPlanned(Fault.OPEN)).isTrue();
    assertThatThrownBy(() -> bench.provider.open(bench.pages)).hasMessage("Too many open files");
    assertThat(FakeNetwork.isPlanned(Fault.OPEN)).isFalse();
  }

  private CompletableFuture<Integer> pollOnAnotherThread() throws InterruptedException {
    CompletableFuture<Integer> events = new CompletableFuture<>();
    CountDownLatch started = new CountDownLatch(1);
    Thread leader =
        new Thread(
            () -> {
              started.countDown();
              try {
                events.complete(bench.poller.poll(Long.MAX_VALUE));
              } catch (IOException | RuntimeException e) {
                events.completeExceptionally(e);
              }
            },
            "leader");
    leader.setDaemon(true);
    leader.start();
    started.await();
    Eventually.holds(
        "the leader waits", () -> leader.getState() == Thread.State.WAITING || events.isDone());
    return events;
  }
}
