package io.netpoll.testkit;

import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;

/** A simulated connected socket that no poller watches. */
final class FakeStreamSocket implements StreamSocket {
  private final Side side;
  private final AtomicBoolean taken = new AtomicBoolean();

  FakeStreamSocket(Side side) {
    this.side = side;
  }

  /** Passes the socket to a poller. */
  Side take() throws IOException {
    if (!taken.compareAndSet(false, true)) {
      throw Violations.record("The socket " + side + " is watched or closed already.");
    }
    return side;
  }

  @Override
  public SocketAddress localAddress() {
    return side.local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return side.remote;
  }

  @Override
  public void close() {
    if (taken.compareAndSet(false, true)) {
      side.abort();
    }
  }
}
