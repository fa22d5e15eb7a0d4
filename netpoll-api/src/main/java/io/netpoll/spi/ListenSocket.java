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

  /**
   * Lets the system drop requests for new connections from now on, so that their clients ask again
   * a second later, when another socket may listen at the address. Those that wait, and those whose
   * handshake has begun, can still be accepted. Any thread; also while a poller watches the socket.
   *
   * @return false if this kind of socket cannot, or other processes may share it; nothing is
   *     changed then
   */
  default boolean dropNew() {
    return false;
  }

  /** Closes it, unless a poller has taken it. */
  @Override
  void close();
}
