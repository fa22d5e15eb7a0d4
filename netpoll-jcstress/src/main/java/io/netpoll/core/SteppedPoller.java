package io.netpoll.core;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.Poller;
import io.netpoll.spi.StreamSocket;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** Has no events. Where it would sleep, it throws {@link WouldSleep}, unless it was woken. */
final class SteppedPoller implements Poller {
  private final AtomicBoolean woken = new AtomicBoolean();

  boolean wasWoken() {
    return woken.get();
  }

  @Override
  public int poll(long timeoutNanos) {
    if (timeoutNanos > 0 && !woken.getAndSet(false)) {
      throw WouldSleep.ERROR;
    }
    return 0;
  }

  @Override
  public boolean dispatch() {
    return false;
  }

  @Override
  public void wakeup() {
    woken.set(true);
  }

  @Override
  public Handle accept(
      ListenSocket socket, Map<SocketOption<?>, Object> options, Acceptor acceptor) {
    return ((SteppedListening) socket).watched();
  }

  @Override
  public SteppedHandle attach(StreamSocket socket, Endpoint endpoint) {
    return new SteppedHandle(endpoint);
  }

  @Override
  public SteppedHandle connect(
      SocketAddress remote,
      @Nullable SocketAddress local,
      Map<SocketOption<?>, Object> options,
      Endpoint endpoint) {
    return new SteppedHandle(endpoint);
  }

  @Override
  public void close() {}
}
