package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.Execution;
import io.netpoll.Execution.Mode;
import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.core.group.Harness;
import io.netpoll.spi.Page;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.FakePollerProvider;
import io.netpoll.testkit.ForwardingProvider;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Connections over a backend that reads into pages of its own, two reads to a page. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class CompletionTest {
  private final AtomicInteger refusals = new AtomicInteger();

  /** The fake backend, whose pages are refused a number of times. */
  private final class ShortOfPages extends ForwardingProvider {
    private final FakePollerProvider fake = new FakePollerProvider();

    @Override
    protected PollerProvider backend() {
      return fake;
    }

    @Override
    public Poller open(PageSource pages) throws IOException {
      return fake.open(
          new PageSource() {
            @Override
            public Page take(int size) {
              if (refusals.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new OutOfDirectMemoryException("refused by a test");
              }
              return pages.take(size);
            }

            @Override
            public void give(Page page) {
              pages.give(page);
            }
          });
    }
  }

  @BeforeEach
  void readOnCompletion() {
    FakeNetwork.setCompletionBased(true);
  }

  private static void echo(Connection connection) throws IOException {
    int length = connection.reader().length();
    connection.writer().append(connection.reader().slice(length));
    connection.writer().flush();
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void partsOfAPage_areReadInTheirOrder(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(s -> s.onRequest(CompletionTest::echo));
      FakePeer peer = engine.dial();
      for (int i = 1; i < 200; i++) {
        String text = Character.toString('a' + i % 26).repeat(i) + i;
        peer.send(text);
        assertThat(peer.receiveText(text.length(), Harness.SOON)).isEqualTo(text);
      }
      peer.closeOutput();
      assertThat(peer.awaitEnd(Harness.SOON)).isEqualTo(FakePeer.End.FIN);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"ADAPTIVE", "INLINE", "WORKERS"})
  void partsOfAPage_goThroughAFilter(Mode mode) throws Exception {
    try (Harness engine = new Harness(Harness.execution(mode))) {
      engine.serve(
          s -> {
            s.filter(RecordFilter::accepting);
            s.onRequest(CompletionTest::echo);
          });
      FakePeer peer = engine.dial();
      String hello = RecordFilter.record('H', "");
      peer.send(hello);
      assertThat(peer.receiveText(2, Harness.SOON)).isEqualTo(hello);
      for (int i = 1; i < 100; i++) {
        String record = RecordFilter.record('D', "A".repeat(i));
        peer.send(record);
        assertThat(peer.receiveText(record.length(), Harness.SOON)).isEqualTo(record);
      }
    }
  }

  @Test
  void anEndWithoutTheFiltersLastWord_isAFailure() throws Exception {
    try (Harness engine = new Harness(Execution.workers())) {
      CompletableFuture<Throwable> failure = new CompletableFuture<>();
      CompletableFuture<Void> asked = new CompletableFuture<>();
      engine.serve(
          s -> {
            s.filter(RecordFilter::accepting);
            s.onRequest(
                c -> {
                  c.reader().skip(1);
                  asked.complete(null);
                  try {
                    c.reader().readString(100);
                  } catch (IOException e) {
                    failure.complete(e);
                    throw e;
                  }
                });
          });
      FakePeer peer = engine.dial();
      peer.send(RecordFilter.record('H', "") + RecordFilter.record('D', "A"));
      asked.get(10, TimeUnit.SECONDS);
      peer.closeOutput();
      assertThat(failure.get(10, TimeUnit.SECONDS)).hasMessageContaining("The end was cut off.");
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
    }
  }

  @Test
  void whereThereIsNoPage_inputWaitsForOne() throws Exception {
    try (Harness engine = new Harness(Execution.adaptive(), new ShortOfPages())) {
      engine.serve(s -> s.onRequest(CompletionTest::echo));
      FakePeer peer = engine.dial();
      peer.send("first");
      assertThat(peer.receiveText(5, Harness.SOON)).isEqualTo("first");
      refusals.set(3);
      peer.send("second");
      assertThat(peer.receiveText(6, Harness.SOON)).isEqualTo("second");
      assertThat(refusals).hasValue(0);
    }
  }

  @Test
  void aConnectionThatClosesWhileItHasNoPage_ends() throws Exception {
    try (Harness engine = new Harness(Execution.workers(), new ShortOfPages())) {
      CompletableFuture<Connection> opened = new CompletableFuture<>();
      engine.serve(
          s -> {
            s.onConnect(opened::complete);
            s.onRequest(CompletionTest::echo);
          });
      FakePeer peer = engine.dial();
      Connection connection = opened.get(10, TimeUnit.SECONDS);
      refusals.set(1_000_000);
      peer.send("never read");
      Eventually.holds("a page was refused", () -> refusals.get() < 1_000_000);
      connection.close();
      Eventually.holds("the connection closed", () -> engine.closed.size() == 1);
    }
  }
}
