package io.netpoll.spi;

import java.net.SocketAddress;

/** A bound, listening socket that no poller watches yet. Thread-safe. */
public interface ListenSocket extends AutoCloseable {

  /**
   * The bound address, with the port that the system chose for port 0.
   *
   * @return the address; stays available after close
   */
  SocketAddress localAddress();

  /** Closes it, unless a poller has taken it. */
  @Override
  void close();
}
