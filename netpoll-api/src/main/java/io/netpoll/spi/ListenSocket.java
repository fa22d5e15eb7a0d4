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

  /**
   * Stops listening without the poller's leader, for which a caller may have no time to wait:
   * clients are refused, and another socket can listen at the address, when this returns; the file
   * of a Unix-domain socket that was made for it is deleted. Nothing is accepted any more but what
   * waits in the kernel, if that is not reset. The socket is to be closed all the same. Any thread;
   * also while a poller watches it.
   *
   * @return false if this kind of socket cannot, or other processes may share it, or it is closed;
   *     nothing is changed then
   */
  default boolean stopListening() {
    return false;
  }

  /** Closes it, unless a poller has taken it. */
  @Override
  void close();
}
