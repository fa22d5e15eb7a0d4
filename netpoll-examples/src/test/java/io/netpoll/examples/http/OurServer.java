package io.netpoll.examples.http;

import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** The server under test on two poll loops, and ways to reach it. */
final class OurServer implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final int READ_MILLIS = 20_000;

  private final PollerGroup group;
  private final Listener listener;
  private final EventLoop server;

  OurServer(@Nullable Path root) throws IOException {
    this(root, PATIENCE);
  }

  OurServer(@Nullable Path root, Duration headPatience) throws IOException {
    group = PollerGroup.builder().name("our-http").loops(2).build();
    listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
    server = new HttpServer(root, headPatience).server().build();
    server.start(listener);
  }

  private InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  Socket socket() throws IOException {
    Socket socket = new Socket(address().getAddress(), address().getPort());
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(READ_MILLIS);
    return socket;
  }

  HttpClient client() {
    Dialer dialer = Dialer.builder().group(group).readTimeout(PATIENCE).build();
    return new HttpClient(dialer, PATIENCE);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + address().getPort() + path);
  }

  @Override
  public void close() {
    server.shutdown(PATIENCE);
    group.close();
  }
}
