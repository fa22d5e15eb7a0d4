package consumer;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.LinkBuffer;
import io.netpoll.Listener;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A program that knows the API alone. */
public final class Main {
  private static final Duration LIMIT = Duration.ofSeconds(10);

  private Main() {}

  /** Prints what came back and over which backend. */
  public static void main(String[] args) throws Exception {
    System.out.println(exchange());
  }

  /** Has a server send a word back, and says over which backend it came. */
  static String exchange() throws Exception {
    Listener listener = Listener.create("tcp", "127.0.0.1:0");
    try (EventLoop server = EventLoop.builder(Main::echo).readTimeout(LIMIT).build()) {
      server.start(listener);
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      try (Connection client = Dialer.dial("tcp", "127.0.0.1:" + port, LIMIT)) {
        client.setReadTimeout(LIMIT);
        client.writer().writeInt(5);
        client.writer().writeString("hello");
        client.writer().flush();
        int length = client.reader().readInt();
        return "echoed " + client.reader().readString(length) + " over " + client.group().backend();
      }
    }
  }

  private static void echo(Connection connection) throws Exception {
    int length = connection.reader().readInt();
    LinkBuffer payload = connection.reader().slice(length);
    connection.writer().writeInt(length);
    connection.writer().append(payload);
    connection.writer().flush();
  }
}
