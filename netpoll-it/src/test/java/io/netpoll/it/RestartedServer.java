package io.netpoll.it;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;

/**
 * A server in a process of its own, which answers each byte with its process id; on SIGTERM it
 * drains and exits. How it comes by its listening socket is its argument, behind the backend.
 */
final class RestartedServer {
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final long PID = ProcessHandle.current().pid();

  private RestartedServer() {}

  public static void main(String[] arguments) throws Exception {
    PollerGroup group = PollerGroup.builder().backend(arguments[0]).loops(2).build();
    Listener.Builder listening = Listener.builder().group(group);
    Listener listener =
        switch (arguments[1]) {
          case "inherited" -> only(listening.inherited("echo"));
          case "standard-input" -> listening.standardInput();
          default -> listening.reusePort(true).bind("tcp", "127.0.0.1:" + arguments[1]);
        };
    EventLoop server = EventLoop.builder(RestartedServer::answer).build();
    Runtime.getRuntime().addShutdownHook(new Thread(() -> drain(server)));
    server.start(listener);
    System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
    Thread.currentThread().join();
  }

  private static Listener only(List<Listener> listeners) {
    if (listeners.size() != 1) {
      throw new IllegalStateException("One listener was to be inherited, not " + listeners);
    }
    return listeners.get(0);
  }

  private static void answer(Connection connection) throws IOException {
    connection.reader().readByte();
    connection.writer().writeLong(PID);
    connection.writer().flush();
  }

  /** A connection that it has to reset counts as lost at the client. */
  private static void drain(EventLoop server) {
    server.drain(PATIENCE);
    server.shutdown(Duration.ZERO);
  }
}
