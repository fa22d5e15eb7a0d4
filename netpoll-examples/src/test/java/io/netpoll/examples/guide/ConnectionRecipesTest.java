package io.netpoll.examples.guide;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.ConnectionPool;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.LinkBuffer;
import io.netpoll.Listener;
import io.netpoll.ReadTimeoutException;
import io.netpoll.ShardQueue;
import io.netpoll.testkit.proxy.FaultPlan;
import io.netpoll.testkit.proxy.FaultProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The recipes for connections: pools, many writers, proxies, files, timeouts. */
@Timeout(60)
class ConnectionRecipesTest {
  private final EventLoop server = EventLoop.builder(ConnectionRecipesTest::echo).build();
  private String address = "";

  @BeforeEach
  void start() throws IOException {
    Listener listener = Listener.create("tcp", "127.0.0.1:0");
    server.start(listener);
    address = addressOf(listener);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static String addressOf(Listener listener) {
    return "127.0.0.1:" + ((InetSocketAddress) listener.localAddress()).getPort();
  }

  private static void echo(Connection connection) throws IOException {
    connection.writer().writeLong(connection.reader().readLong());
    connection.writer().flush();
  }

  @Test
  void aPool_lendsConnections() throws IOException {
    // snippet: pool
    ConnectionPool pool =
        ConnectionPool.builder("tcp", address)
            .maxConnections(8)
            .maxIdleAge(Duration.ofMinutes(1))
            .build();
    try (ConnectionPool.Lease lease = pool.acquire(Duration.ofSeconds(1))) {
      Connection connection = lease.connection();
      connection.writer().writeLong(42);
      connection.writer().flush();
      System.out.println(connection.reader().readLong());
    } // goes back, or is closed if it is broken or bytes were left unread
    // end
    assertThat(pool.counts().idle()).isEqualTo(1);
    assertThat(pool.close(Duration.ofSeconds(5))).isTrue();
  }

  @Test
  void dialling_needNotWait() throws Exception {
    // snippet: dial-async
    CompletableFuture<Connection> dialled =
        Dialer.create().connectAsync("tcp", address, Duration.ofSeconds(1));
    dialled.thenAccept(connection -> connection.close());
    // end
    assertThat(dialled.get(10, TimeUnit.SECONDS)).isNotNull();
  }

  @Test
  void manyThreads_writeToOneConnection() throws IOException {
    try (Connection connection = Dialer.dial("tcp", address, Duration.ofSeconds(5))) {
      // snippet: shard-queue
      ShardQueue queue = ShardQueue.of(connection);
      LinkBuffer message = LinkBuffer.create(); // any thread fills messages,
      message.writeLong(42);
      message.flush();
      queue.put(message); // and puts them: what several put leaves in one system call
      // end
      assertThat(connection.reader().readLong()).isEqualTo(42);
      queue.close();
    }
  }

  @Test
  void aProxy_isTwoPipes() throws IOException {
    // snippet: proxy
    Dialer dialer = Dialer.builder().halfClose(true).build();
    EventLoop proxy =
        EventLoop.builder(connection -> {})
            .onConnect(
                client -> {
                  Connection target = dialer.connect("tcp", address, Duration.ofSeconds(2));
                  client.pipeTo(target);
                  target.pipeTo(client);
                })
            .build();
    // end
    try (proxy) {
      Listener listener = Listener.create("tcp", "127.0.0.1:0");
      proxy.start(listener);
      try (Connection client = Dialer.dial("tcp", addressOf(listener), Duration.ofSeconds(5))) {
        client.writer().writeLong(7);
        client.writer().flush();
        assertThat(client.reader().readLong()).isEqualTo(7);
      }
    }
  }

  @Test
  void files_areSentByReference(@TempDir Path directory) throws IOException {
    Path file = Files.writeString(directory.resolve("page"), "hello");
    // snippet: file
    EventLoop files =
        EventLoop.builder(
                connection -> {
                  connection.reader().skip(connection.reader().length());
                  connection.writer().writeLong(Files.size(file));
                  connection.writer().transferFrom(file, 0, Files.size(file));
                  connection.writer().flush();
                })
            .build();
    // end
    try (files) {
      Listener listener = Listener.create("tcp", "127.0.0.1:0");
      files.start(listener);
      try (Connection client = Dialer.dial("tcp", addressOf(listener), Duration.ofSeconds(5))) {
        client.writer().writeByte('?');
        client.writer().flush();
        int length = (int) client.reader().readLong();
        assertThat(client.reader().readString(length, UTF_8)).isEqualTo("hello");
      }
    }
  }

  @Test
  void aTimeout_leavesTheConnectionUsable() throws IOException {
    try (Connection connection = Dialer.dial("tcp", address, Duration.ofSeconds(5))) {
      String result;
      // snippet: read-timeout
      connection.setReadTimeout(Duration.ofMillis(50));
      try {
        result = "answered " + connection.reader().readLong();
      } catch (ReadTimeoutException e) {
        result = "no answer"; // what has arrived is still there, reading may go on
      }
      // end
      assertThat(result).isEqualTo("no answer");
    }
  }

  @Test
  void faults_areInjectedOnTheWay() throws IOException {
    String[] parts = address.split(":");
    InetSocketAddress real = new InetSocketAddress(parts[0], Integer.parseInt(parts[1]));
    long seed = 7;
    // snippet: faults
    try (FaultProxy proxy = new FaultProxy(real, number -> FaultPlan.drawn(seed, number))) {
      callThrough(proxy.address());
    }
    // end
  }

  /** The right answer, or an exception that says why there is none. */
  private static void callThrough(InetSocketAddress proxy) {
    try (Connection connection = Dialer.dialTcp(null, proxy, Duration.ofSeconds(5))) {
      connection.setReadTimeout(Duration.ofSeconds(2));
      connection.writer().writeLong(42);
      connection.writer().flush();
      assertThat(connection.reader().readLong()).isEqualTo(42);
    } catch (IOException e) {
      assertThat(e).hasMessageContaining(proxy.getAddress().getHostAddress());
    }
  }
}
