package io.netpoll.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.SocketOptions;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.Fault;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.lang.ref.WeakReference;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Options of listeners, and listeners with a socket for each loop. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class BoundListenerTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private PollerGroup group;

  @BeforeEach
  void openGroup() throws Exception {
    group = PollerGroup.builder().backend("fake").loops(3).execution(Execution.inline()).build();
  }

  @AfterEach
  void closeGroup() {
    group.close();
  }

  private Listener.Builder listening() {
    return Listener.builder().group(group);
  }

  /** A server that answers with the name of the loop's thread that serves the connection. */
  private static EventLoop naming() {
    return EventLoop.builder(
            connection -> {
              connection.reader().skip(connection.reader().length());
              String name = Thread.currentThread().getName();
              connection.writer().writeString(name.substring(name.length() - 1));
              connection.writer().flush();
            })
        .build();
  }

  private static String loopOf(FakePeer peer) throws Exception {
    peer.send("?");
    return peer.receiveText(1, SOON);
  }

  private static Map<String, Integer> loopsOf(Listener listener, int connections) throws Exception {
    Map<String, Integer> loops = new HashMap<>();
    for (int i = 0; i < connections; i++) {
      loops.merge(loopOf(FakeNetwork.connect(listener.localAddress())), 1, Integer::sum);
    }
    return loops;
  }

  @Test
  void listenersOfEachVersionOfIpShareAPort_andTellItsWildcard() throws Exception {
    try (Listener four = listening().bind("tcp4", ":0")) {
      int port = ((InetSocketAddress) four.localAddress()).getPort();
      assertThat(four.localAddress()).isEqualTo(new InetSocketAddress("0.0.0.0", port));
      assertThatThrownBy(() -> FakeNetwork.connect(new InetSocketAddress("::1", port)))
          .isInstanceOf(ConnectException.class);
      try (Listener six = listening().reusePort(true).bind("tcp6", "[::]:" + port)) {
        assertThat(six.localAddress()).isEqualTo(new InetSocketAddress("::", port));
        FakeNetwork.connect(new InetSocketAddress("::1", port)).close();
        assertThatThrownBy(() -> listening().bind("tcp", ":" + port))
            .isInstanceOf(BindException.class);
      }
    }
  }

  @Test
  void theListeningSocketHasItsOptions_theLastOfAName() throws Exception {
    try (Listener listener =
        listening()
            .option(SocketOptions.TCP_DEFER_ACCEPT, 1)
            .option(SocketOptions.TCP_FASTOPEN, 16)
            .option(SocketOptions.TCP_DEFER_ACCEPT, 2)
            .bind("tcp", "127.0.0.1:0")) {
      assertThat(FakeNetwork.optionsOfListeners(listener.localAddress()))
          .containsExactly(
              Map.of(SocketOptions.TCP_FASTOPEN, 16, SocketOptions.TCP_DEFER_ACCEPT, 2));
    }
  }

  @Test
  void anOptionThatListeningSocketsLackIsRefusedByName() {
    assertThatThrownBy(
            () ->
                listening()
                    .option(StandardSocketOptions.TCP_NODELAY, true)
                    .bind("tcp", "127.0.0.1:0"))
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining("TCP_NODELAY")
        .hasMessageContaining("fake");
  }

  @Test
  void reusePortBindsASocketForEachLoop_andKeepsItsConnectionsThere() throws Exception {
    EventLoop server = naming();
    Listener listener = listening().reusePort(true).bind("tcp", "127.0.0.1:0");
    assertThat(FakeNetwork.optionsOfListeners(listener.localAddress()))
        .hasSize(3)
        .allMatch(options -> options.get(StandardSocketOptions.SO_REUSEPORT).equals(true));
    server.start(listener);

    // The fake network dials the sockets in turn.
    assertThat(loopsOf(listener, 30)).isEqualTo(Map.of("0", 10, "1", 10, "2", 10));
    server.shutdown(SOON);
    assertThat(FakeNetwork.optionsOfListeners(listener.localAddress())).isEmpty();
  }

  @Test
  void aLoopThatIsRemovedAcceptsForThoseThatAreLeft() throws Exception {
    EventLoop server = naming();
    Listener listener = listening().reusePort(true).bind("tcp", "127.0.0.1:0");
    server.start(listener);
    group.setLoops(1);
    assertThat(loopsOf(listener, 9)).isEqualTo(Map.of("0", 9));
    server.shutdown(SOON);
  }

  @Test
  void aSocketWhoseLoopIsRemovedBeforeServingIsAcceptedByAnother() throws Exception {
    EventLoop server = naming();
    Listener listener = listening().reusePort(true).bind("tcp", "127.0.0.1:0");
    group.setLoops(2);
    server.start(listener);
    assertThat(loopsOf(listener, 9)).isEqualTo(Map.of("0", 6, "1", 3));
    server.shutdown(SOON);
  }

  @Test
  void serveEndsWhenAListenerOfSeveralSocketsIsClosed() throws Exception {
    EventLoop server = naming();
    Listener listener = listening().reusePort(true).bind("tcp", "127.0.0.1:0");
    CompletableFuture<Void> served =
        CompletableFuture.runAsync(
            () -> {
              try {
                server.serve(listener);
              } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
              }
            });
    loopOf(FakeNetwork.connect(listener.localAddress()));
    listener.close();
    served.get();
    server.shutdown(SOON);
  }

  @Test
  void whereOneSocketCannotBeBoundNoneIs() throws Exception {
    List<Listener> bound = new ArrayList<>();
    try (Listener other = listening().bind("tcp", "127.0.0.1:0")) {
      assertThatThrownBy(() -> bound.add(listening().reusePort(true).bind(other.localAddress())))
          .isInstanceOf(BindException.class);
    }
    FakeNetwork.failNext(Fault.BIND, "Too many open files");
    assertThatThrownBy(() -> bound.add(listening().reusePort(true).bind("tcp", ":4321")))
        .hasMessage("Too many open files");
    assertThat(bound).isEmpty();
  }

  private static void assertRefused(Listener listener) {
    assertThatThrownBy(() -> FakeNetwork.connect(listener.localAddress()))
        .isInstanceOf(ConnectException.class);
  }

  @Test
  void aGroupThatIsClosedClosesItsListeners_alsoThoseThatNobodyServes() throws Exception {
    Listener served = listening().bind("tcp", "127.0.0.1:0");
    naming().start(served);
    Listener one = listening().bind("tcp", "127.0.0.1:0");
    Listener several = listening().reusePort(true).bind("tcp", "127.0.0.1:0");
    FakePeer waiting = FakeNetwork.connect(one.localAddress());
    group.close();
    for (Listener listener : List.of(served, one, several)) {
      assertThat(listener.isOpen()).isFalse();
      assertRefused(listener);
    }
    assertThat(waiting.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
    assertThatThrownBy(() -> listening().bind("tcp", "127.0.0.1:0"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is closed");
  }

  /** Whichever is first, no socket is left that listens. */
  @Test
  void aListenerIsBoundWhileItsGroupCloses() throws Exception {
    for (int i = 0; i < 200; i++) {
      PollerGroup closing =
          PollerGroup.builder().backend("fake").loops(1).execution(Execution.inline()).build();
      CompletableFuture<Void> closed = CompletableFuture.runAsync(closing::close);
      Listener bound = null;
      try {
        bound = Listener.builder().group(closing).bind("tcp", "127.0.0.1:0");
      } catch (IOException late) {
        assertThat(late).hasMessageContaining("is closed");
      }
      closed.get();
      if (bound != null) {
        assertThat(bound.isOpen()).isFalse();
        assertRefused(bound);
      }
    }
  }

  @Test
  void aGroupForgetsAListenerThatIsClosed() throws Exception {
    WeakReference<Listener> forgotten = closedListener();
    Eventually.holds(
        "nobody knows it",
        () -> {
          System.gc();
          return forgotten.get() == null;
        });
  }

  private WeakReference<Listener> closedListener() throws IOException {
    Listener listener = listening().bind("tcp", "127.0.0.1:0");
    listener.close();
    return new WeakReference<>(listener);
  }

  @Test
  void reusePortIsNotForUnixSockets() {
    assertThatThrownBy(() -> listening().reusePort(true).bind("unix", "/tmp/netpoll-no"))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("unix:/tmp/netpoll-no")
        .hasMessageContaining("TCP");
  }

  @Test
  void whatWasSetOnAConnectionIsRead() throws Exception {
    CompletableFuture<List<Object>> read = new CompletableFuture<>();
    EventLoop server =
        EventLoop.builder(
                connection -> {
                  connection.setOption(SocketOptions.TCP_USER_TIMEOUT, 1234);
                  read.complete(
                      List.of(
                          connection.option(SocketOptions.TCP_USER_TIMEOUT),
                          connection.option(SocketOptions.TCP_KEEPIDLE),
                          connection.option(StandardSocketOptions.TCP_NODELAY),
                          connection.option(StandardSocketOptions.IP_TOS)));
                  connection.close();
                })
            .option(SocketOptions.TCP_KEEPIDLE, 77)
            .build();
    Listener listener = listening().bind("tcp", "127.0.0.1:0");
    server.start(listener);
    FakeNetwork.connect(listener.localAddress()).send("?");
    assertThat(read.get()).containsExactly(1234, 77, true, 0);
    server.shutdown(SOON);
  }
}
