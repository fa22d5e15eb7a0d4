package io.netpoll.core.group;

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

/**
 * Has no events, but for the ends of sockets if it is to tell them. Where it would sleep, it throws
 * {@link WouldSleep}, unless it was woken.
 */
public final class SteppedPoller implements Poller {
  private final AtomicBoolean woken = new AtomicBoolean();

  // Leader only.
  private boolean tellsEnds;
  private @Nullable Endpoint ended;

  /** Tells the endpoint of a socket that is closed, as a real poller does. For one socket. */
  public void tellEnds() {
    tellsEnds = true;
  }

  /** A socket was closed. */
  void closed(Endpoint endpoint) {
    if (tellsEnds) {
      ended = endpoint;
    }
  }

  public boolean wasWoken() {
    return woken.get();
  }

  @Override
  public int poll(long timeoutNanos) {
    if (ended != null) {
      return 1;
    }
    if (timeoutNanos > 0 && !woken.getAndSet(false)) {
      throw WouldSleep.ERROR;
    }
    return 0;
  }

  @Override
  public boolean dispatch() {
    Endpoint told = ended;
    if (told == null) {
      return false;
    }
    ended = null;
    told.closed();
    return true;
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
    return new SteppedHandle(this, endpoint);
  }

  @Override
  public SteppedHandle connect(
      SocketAddress remote,
      @Nullable SocketAddress local,
      Map<SocketOption<?>, Object> options,
      Endpoint endpoint) {
    return new SteppedHandle(this, endpoint);
  }

  @Override
  public void close() {}
}
