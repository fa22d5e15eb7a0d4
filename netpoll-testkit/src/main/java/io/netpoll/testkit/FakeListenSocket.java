package io.netpoll.testkit;

import io.netpoll.spi.ListenSocket;
import java.net.SocketAddress;
import java.util.concurrent.atomic.AtomicBoolean;

/** A simulated listening socket that no poller watches yet. */
final class FakeListenSocket implements ListenSocket {
  private final Listening listening;
  private final AtomicBoolean taken = new AtomicBoolean();

  FakeListenSocket(Listening listening) {
    this.listening = listening;
  }

  /** Passes the socket to a poller. */
  Listening take() {
    if (!taken.compareAndSet(false, true)) {
      throw Violations.record(
          "The listening socket " + listening.address + " is watched or closed already.");
    }
    return listening;
  }

  @Override
  public SocketAddress localAddress() {
    return listening.address;
  }

  @Override
  public boolean stopListening() {
    return listening.stop();
  }

  @Override
  public void close() {
    if (taken.compareAndSet(false, true)) {
      listening.close();
    }
  }
}
