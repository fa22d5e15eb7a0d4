package io.netpoll.examples.redis;

import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.LongSupplier;

/** The server under test on two poll loops, and clients of it. */
final class OurRedis implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final PollerGroup group;
  private final Listener listener;
  private final EventLoop server;
  private final Dialer dialer;

  OurRedis(LongSupplier clock) throws IOException {
    group = PollerGroup.builder().name("our-redis").loops(2).build();
    listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
    server = new Redis(clock).server().build();
    server.start(listener);
    dialer = Dialer.builder().group(group).readTimeout(PATIENCE).build();
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  RespClient client() throws IOException {
    return RespClient.connect(dialer, "tcp", "127.0.0.1:" + address().getPort(), PATIENCE);
  }

  @Override
  public void close() {
    server.shutdown(PATIENCE);
    group.close();
  }
}
