package io.netpoll.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.spi.Spans;
import io.netpoll.testkit.Bench.Connected;
import java.io.IOException;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** An engine that breaks a rule of the SPI is told so, and the test can tell afterwards. */
class ViolationsTest {
  private Bench bench;
  private Connected c;

  @BeforeEach
  void connect() throws IOException {
    FakeNetwork.reset();
    bench = new Bench();
    c = bench.connect();
    FakeNetwork.assertNoViolations();
  }

  @AfterEach
  void close() {
    bench.close();
    FakeNetwork.reset();
  }

  @Test
  void twoThreadsInLeaderOnlyMethods() throws Exception {
    Thread leader =
        new Thread(
            () -> {
              try {
                bench.poller.poll(Long.MAX_VALUE);
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            },
            "leader");
    leader.setDaemon(true);
    leader.start();
    Eventually.holds("the leader waits", () -> leader.getState() == Thread.State.WAITING);
    refused(() -> c.handle().pauseInput(), "pauseInput() is for the leader only, but leader is in");
    refused(() -> bench.poller.poll(0), "poll() is for the leader only");
    bench.poller.wakeup();
    leader.join();
  }

  @Test
  void pollWithEventsLeft() throws IOException {
    c.peer().send("x");
    bench.poller.poll(0);
    refused(() -> bench.poller.poll(0), "poll() with 1 events of the batch left");
  }

  @Test
  void pollFromWithinAnEvent() throws IOException {
    c.endpoint().onDrained = () -> refused(() -> bench.poller.poll(0), "poll() was called from");
    c.handle().watchOutput();
    bench.run();
    assertThat(c.endpoint().events).containsExactly("drained");
  }

  @Test
  void twoThreadsThatSend() throws Exception {
    CountDownLatch inside = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    TestEndpoint slow =
        endpoint(
            into -> true,
            into -> {
              into.clear();
              inside.countDown();
              awaitUninterruptibly(goOn);
              return 0;
            });
    c = reattach(slow);
    Thread sender =
        new Thread(
            () -> {
              try {
                c.endpoint().send();
              } catch (IOException e) {
                throw new AssertionError(e);
              }
            },
            "sender");
    sender.setDaemon(true);
    sender.start();
    inside.await();
    refused(() -> c.endpoint().send(), "send() while sender sends");
    refused(() -> c.handle().shutdownOutput(), "shutdownOutput() while sender sends");
    refused(() -> c.handle().close(), "close() while sender sends");
    refused(() -> c.handle().abort(), "abort() while sender sends");
    refused(() -> c.handle().detach(), "detach() while sender sends");
    goOn.countDown();
    sender.join();
  }

  @Test
  void useAfterTheLastEvent() throws IOException {
    c.handle().close();
    c.handle().pauseInput();
    bench.run();
    refused(() -> c.endpoint().send(), "send() after the last event");
    refused(() -> c.handle().watchOutput(), "watchOutput() after the last event");
    refused(() -> c.handle().pauseInput(), "pauseInput() after the last event");
    refused(() -> c.handle().resumeInput(), "resumeInput() after the last event");
    refused(() -> c.handle().shutdownOutput(), "shutdownOutput() after the last event");
    refused(() -> c.handle().detach(), "detach() after the last event");
    c.handle().close();
    c.handle().abort();
    assertThat(c.handle().remoteAddress()).isNotNull();
    FakeNetwork.assertNoViolations();
  }

  @Test
  void sendBeforeConnected() throws IOException {
    TestEndpoint endpoint = new TestEndpoint();
    endpoint.handle = bench.poller.connect(bench.address(), null, Map.of(), endpoint);
    refused(endpoint::send, "send() before connected()");
  }

  @Test
  void useOfAPollerThatIsClosed() {
    bench.poller.close();
    refused(() -> bench.poller.poll(0), "poll() after the poller was closed");
    refused(() -> bench.poller.dispatch(), "dispatch() after the poller was closed");
  }

  @Test
  void aSocketThatIsAttachedTwice() {
    refused(
        () -> bench.poller.attach(bench.accepted.get(0), new TestEndpoint()),
        "is watched or closed already");
  }

  @Test
  void connectionMethodsOnAListeningSocket() {
    refused(() -> bench.listening.watchOutput(), "watchOutput() is not for a listening socket");
  }

  @Test
  void spaceThatDoesNotClear() throws IOException {
    c = reattach(endpoint(into -> true, into -> 0));
    c.peer().send("x");
    refused(bench::run, "Input.space() did not clear the list of spans first");
  }

  @Test
  void spaceWithoutSpans() throws IOException {
    c = reattach(endpoint(into -> clear(into), into -> 0));
    c.peer().send("x");
    refused(bench::run, "Input.space() returned true and offered nothing");
  }

  @Test
  void aSpanOutsideItsPage() throws IOException {
    TestPage page = new TestPage(4);
    c = reattach(endpoint(into -> clear(into), into -> add(into, page, 2, 3)));
    refused(
        () -> c.endpoint().send(), "Output.collect() gave a span of 3 bytes at 2 of a page of 4");
  }

  @Test
  void aWrongSumOfCollectedBytes() throws IOException {
    TestPage page = new TestPage(4);
    c = reattach(endpoint(into -> true, into -> add(into, page, 0, 3) + 1));
    refused(() -> c.endpoint().send(), "Output.collect() returned 4 for 3 bytes");
  }

  @Test
  void unsentOutputThatMoves() throws IOException {
    c = reattach(endpoint(into -> true, into -> add(into, new TestPage(4), 0, 4)));
    c.peer().setWindow(2);
    c.endpoint().send();
    refused(() -> c.endpoint().send(), "Unsent output moved");
  }

  @Test
  void anEndpointThatThrows() throws IOException {
    c.endpoint().onDrained =
        () -> {
          throw new IllegalArgumentException("oops");
        };
    c.handle().watchOutput();
    bench.poller.poll(0);
    assertThatThrownBy(bench.poller::dispatch).hasMessage("oops");
    assertThatThrownBy(FakeNetwork::assertNoViolations)
        .hasMessageContaining("An endpoint or acceptor threw")
        .hasMessageContaining("oops");
  }

  private static void refused(ThrowingCallable call, String message) {
    assertThatThrownBy(call)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(message);
    assertThatThrownBy(FakeNetwork::assertNoViolations)
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining(message);
    Violations.clear();
  }

  private Connected reattach(TestEndpoint endpoint) throws IOException {
    c.handle().detach();
    bench.run();
    var handle = bench.poller.attach(c.endpoint().socket, endpoint);
    endpoint.handle = handle;
    handle.resumeInput();
    return new Connected(c.peer(), endpoint, handle);
  }

  private static boolean clear(Spans spans) {
    spans.clear();
    return true;
  }

  private static int add(Spans spans, TestPage page, int offset, int length) {
    spans.clear();
    spans.add(page, offset, length, false);
    return length;
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  /** A test endpoint whose {@code space} and {@code collect} are replaced. */
  private static TestEndpoint endpoint(Predicate<Spans> space, ToIntFunction<Spans> collect) {
    TestEndpoint endpoint = new TestEndpoint();
    endpoint.onSpace = space;
    endpoint.onCollect = collect;
    return endpoint;
  }
}
