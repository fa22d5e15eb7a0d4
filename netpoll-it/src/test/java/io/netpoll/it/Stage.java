package io.netpoll.it;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.function.UnaryOperator;

/**
 * A server that serves, and a way to reach it, on a group of their own. Closing it ends everything.
 */
public final class Stage implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PollerGroup group;
  private final String network;
  private final String address;
  private final Listener listener;
  private final EventLoop server;
  private final Dialer dialer;

  private Stage(
      Setting setting,
      OnRequest handler,
      UnaryOperator<EventLoop.Builder> options,
      String network,
      String address)
      throws IOException {
    group =
        PollerGroup.builder()
            .name("stage")
            .backend(setting.backend())
            .execution(setting.execution())
            .loops(2)
            .build();
    try {
      this.network = network;
      listener = Listener.builder().group(group).bind(network, address);
      this.address =
          listener.localAddress() instanceof InetSocketAddress inet
              ? "127.0.0.1:" + inet.getPort()
              : address;
      server = options.apply(EventLoop.builder(handler)).build();
      server.start(listener);
      dialer = Dialer.builder().group(group).readTimeout(PATIENCE).build();
    } catch (IOException | RuntimeException e) {
      group.close();
      throw e;
    }
  }

  public static Stage tcp(Setting setting, OnRequest handler) throws IOException {
    return tcp(setting, handler, options -> options);
  }

  public static Stage tcp(
      Setting setting, OnRequest handler, UnaryOperator<EventLoop.Builder> options)
      throws IOException {
    return new Stage(setting, handler, options, "tcp", "127.0.0.1:0");
  }

  public static Stage unix(Setting setting, OnRequest handler, Path path) throws IOException {
    return new Stage(setting, handler, options -> options, "unix", path.toString());
  }

  /** A connection of this library's. */
  public Connection dial() throws IOException {
    return dialer.connect(network, address, PATIENCE);
  }

  /** A connection of the JDK's, for what this library's own client would not do. */
  public Socket socket() throws IOException {
    Socket socket = new Socket();
    socket.connect(listener.localAddress(), (int) PATIENCE.toMillis());
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  public Listener listener() {
    return listener;
  }

  public EventLoop server() {
    return server;
  }

  @Override
  public void close() {
    server.close();
    group.close();
  }
}
