package io.netpoll.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.AtLimit;
import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.ShutdownReport;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's chapter on servers. */
@Timeout(60)
class ServerGuideTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  @Test
  void aServer_listensServesAndShutsDown() throws Exception {
    // snippet: listener
    Listener listener = Listener.create("tcp", "127.0.0.1:0"); // any free port
    // end
    // snippet: event-loop
    EventLoop server =
        EventLoop.builder(ServerGuideTest::handle)
            .readTimeout(Duration.ofSeconds(1))
            .idleTimeout(Duration.ofMinutes(10))
            .build();
    // end
    CompletableFuture<Void> served = CompletableFuture.runAsync(() -> serve(server, listener));
    assertThat(ask(listener, 7)).isEqualTo(7);
    // snippet: shutdown
    ShutdownReport report = server.shutdown(Duration.ofSeconds(5));
    System.out.println(report.clean() ? "all ended in time" : report.aborted() + " were reset");
    // end
    served.get(10, TimeUnit.SECONDS);
    assertThat(report.clean()).isTrue();
  }

  private static void serve(EventLoop server, Listener listener) {
    try {
      // snippet: serve
      server.serve(listener); // returns after a shutdown, throws when accepting is impossible
      // end
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  // snippet: handler
  static void handle(Connection connection) throws IOException {
    int length = connection.reader().readInt();
    ByteBuffer request = connection.reader().next(length); // waits until all are there
    connection.writer().writeInt(length);
    connection.writer().writeBinary(request);
    connection.writer().flush();
  }

  // end

  @Test
  void severalListeners_areServedByOneEventLoop() throws Exception {
    try (EventLoop server = EventLoop.builder(ServerGuideTest::handle).build()) {
      // snippet: several-listeners
      Listener first = Listener.create("tcp4", "127.0.0.1:0");
      Listener second = Listener.builder().backlog(4096).bind("tcp4", "127.0.0.1:0");
      server.start(first); // returns at once
      server.start(second);
      // end
      assertThat(ask(first, 1)).isEqualTo(1);
      assertThat(ask(second, 2)).isEqualTo(2);
    }
  }

  // snippet: session
  /** What the server knows of a connection. */
  static final class Session {
    final String peer;
    int requests;

    Session(String peer) {
      this.peer = peer;
    }
  }

  // end

  @Test
  void callbacks_shareATypedContext() throws Exception {
    List<String> log = new CopyOnWriteArrayList<>();
    // snippet: context
    EventLoop server =
        EventLoop.withContext(connection -> new Session(connection.remoteAddress().toString()))
            .onConnect((connection, session) -> log.add("connected"))
            .onDisconnect((connection, session) -> log.add("gone after " + session.requests))
            .onRequest(
                (connection, session) -> {
                  session.requests++;
                  handle(connection);
                })
            .build();
    // end
    try (server) {
      Listener listener = Listener.create("tcp", "127.0.0.1:0");
      server.start(listener);
      try (Connection client = dial(listener)) {
        ask(client, 1);
        ask(client, 2);
      }
      Eventually.holds("the server has noticed", () -> log.size() == 2);
    }
    assertThat(log).containsExactly("connected", "gone after 2");
  }

  @Test
  void onPrepare_mayRefuse() throws Exception {
    // snippet: prepare
    EventLoop server =
        EventLoop.builder(ServerGuideTest::handle)
            .onPrepare(
                connection -> {
                  if (!isWelcome((InetSocketAddress) connection.remoteAddress())) {
                    connection.close(); // no other callback is called for it
                  }
                })
            .build();
    // end
    try (server) {
      Listener listener = Listener.create("tcp", "127.0.0.1:0");
      server.start(listener);
      assertThat(ask(listener, 5)).isEqualTo(5);
    }
  }

  private static boolean isWelcome(InetSocketAddress peer) {
    return peer.getAddress().isLoopbackAddress();
  }

  @Test
  void limits_areSettings() throws Exception {
    // snippet: limits
    EventLoop server =
        EventLoop.builder(ServerGuideTest::handle)
            .maxConnections(10_000, AtLimit.REFUSE) // more are reset, and counted
            .maxConnectionsPerAddress(100)
            .inactivityTimeout(Duration.ofMinutes(5)) // really closes, unlike idleTimeout
            .inputHighWaterMark(1 << 20) // bytes unread: reading from the socket stops
            .shutdownOnExit(Duration.ofSeconds(10)) // on SIGTERM
            .build();
    // end
    try (server) {
      Listener listener = Listener.create("tcp", "127.0.0.1:0");
      server.start(listener);
      assertThat(ask(listener, 5)).isEqualTo(5);
      assertThat(server.refusals().total()).isZero();
    }
  }

  private static int ask(Listener listener, int number) throws IOException {
    try (Connection client = dial(listener)) {
      return ask(client, number);
    }
  }

  private static Connection dial(Listener listener) throws IOException {
    InetSocketAddress address = (InetSocketAddress) listener.localAddress();
    return Dialer.dialTcp(null, address, SOON);
  }

  private static int ask(Connection client, int number) throws IOException {
    client.writer().writeInt(4);
    client.writer().writeInt(number);
    client.writer().flush();
    assertThat(client.reader().readInt()).isEqualTo(4);
    return client.reader().readInt();
  }
}
