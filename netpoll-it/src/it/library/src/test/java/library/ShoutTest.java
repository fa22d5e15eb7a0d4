package library;

import static org.junit.jupiter.api.Assertions.assertEquals;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import java.net.InetSocketAddress;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** The handler works over the backend that the build names. */
class ShoutTest {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  @Test
  void aLineComesBackInCapitals() throws Exception {
    Listener listener = Listener.create("tcp", "127.0.0.1:0");
    try (EventLoop server = EventLoop.builder(new Shout()).readTimeout(LIMIT).build()) {
      server.start(listener);
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      try (Connection client = Dialer.dial("tcp", "127.0.0.1:" + port, LIMIT)) {
        client.setReadTimeout(LIMIT);
        client.writer().writeString("hello\n");
        client.writer().flush();
        assertEquals("HELLO\n", client.reader().readString(6));
        assertEquals(System.getProperty("io.netpoll.poller"), client.group().backend());
      }
    }
  }
}
