package io.netpoll.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.ReadTimeoutException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The guide's chapter on clients. */
@Timeout(60)
class ClientGuideTest {
  private static final String HELLO = "hello, world";

  private final EventLoop server = EventLoop.builder(ClientGuideTest::echo).build();
  private InetSocketAddress remote = new InetSocketAddress(0);

  @BeforeEach
  void start() throws IOException {
    Listener listener = Listener.create("tcp", "127.0.0.1:0");
    server.start(listener);
    remote = (InetSocketAddress) listener.localAddress();
  }

  @AfterEach
  void stop() {
    server.close();
  }

  private static void echo(Connection connection) throws IOException {
    connection.writer().append(connection.reader().slice(connection.reader().length()));
    connection.writer().flush();
  }

  @Test
  void dial_connectsAtOnce() throws IOException {
    String address = "127.0.0.1:" + remote.getPort();
    // snippet: dial
    try (Connection connection = Dialer.dial("tcp", address, Duration.ofMillis(500))) {
      connection.writer().writeString("hello, world");
      connection.writer().flush();
      String answer = connection.reader().readString(12); // waits for 12 bytes
      System.out.println(answer);
    }
    // end
  }

  @Test
  void aDialer_holdsSettings() throws IOException {
    String address = "127.0.0.1:" + remote.getPort();
    // snippet: dialer
    Dialer dialer =
        Dialer.builder()
            .readTimeout(Duration.ofSeconds(2))
            .writeTimeout(Duration.ofSeconds(2))
            .option(StandardSocketOptions.SO_SNDBUF, 1 << 20)
            .build();
    Connection connection = dialer.connect("tcp", address, Duration.ofSeconds(1));
    // end
    try (connection) {
      assertThat(exchange(connection)).isEqualTo(HELLO);
    }
  }

  @Test
  void unixDomainSockets_areDialledByPath(@TempDir Path directory) throws IOException {
    Path path = directory.resolve("s");
    // snippet: unix
    UnixDomainSocketAddress address = UnixDomainSocketAddress.of(path);
    server.start(Listener.bind(address));
    Connection connection = Dialer.dialUnix(null, address, Duration.ofSeconds(1));
    // end
    try (connection) {
      assertThat(exchange(connection)).isEqualTo(HELLO);
    }
  }

  @Test
  void timeouts_areChangedAtAnyTime() throws IOException {
    try (Connection connection = Dialer.dialTcp(null, remote, Duration.ofSeconds(5))) {
      // snippet: timeouts
      connection.setReadTimeout(Duration.ofMillis(20)); // of each wait
      connection.setReadDeadline(Instant.now().plusSeconds(30)); // of all together
      connection.setIdleTimeout(Duration.ofMinutes(1)); // TCP keep-alive
      // end
      assertThatExceptionOfType(ReadTimeoutException.class)
          .isThrownBy(() -> connection.reader().readInt());
      assertThat(exchange(connection)).isEqualTo(HELLO);
    }
  }

  @Test
  void aClient_mayHaveACallback() throws Exception {
    CompletableFuture<String> pushed = new CompletableFuture<>();
    try (Connection connection = Dialer.dialTcp(null, remote, Duration.ofSeconds(5))) {
      // snippet: on-request
      connection.setOnRequest(
          c -> {
            if (c.reader().length() >= 12) {
              pushed.complete(c.reader().readString(12));
            }
          });
      // end
      connection.writer().writeString(HELLO);
      connection.writer().flush();
      assertThat(pushed.get(10, TimeUnit.SECONDS)).isEqualTo(HELLO);
    }
  }

  @Test
  void closeCallbacks_tellWhenAConnectionHasClosed() throws Exception {
    CompletableFuture<Boolean> closed = new CompletableFuture<>();
    Connection connection = Dialer.dialTcp(null, remote, Duration.ofSeconds(5));
    // snippet: close-callback
    connection.addCloseCallback(c -> closed.complete(c.isOpen()));
    // end
    server.shutdown(Duration.ofSeconds(5)); // an idle connection is closed at once
    assertThat(connection.read(ByteBuffer.allocate(1))).isEqualTo(-1);
    connection.close();
    assertThat(closed.get(10, TimeUnit.SECONDS)).isFalse();
  }

  private static String exchange(Connection connection) throws IOException {
    connection.writer().writeString(HELLO);
    connection.writer().flush();
    return connection.reader().readString(HELLO.length());
  }
}
