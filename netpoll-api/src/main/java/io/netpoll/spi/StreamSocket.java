package io.netpoll.spi;

import java.net.SocketAddress;

/** A connected socket that no poller watches. Thread-safe. */
public interface StreamSocket extends AutoCloseable {

  /**
   * The socket's own address.
   *
   * @return the address
   */
  SocketAddress localAddress();

  /**
   * The peer's address.
   *
   * @return the address
   */
  SocketAddress remoteAddress();

  /** Closes it with RST where the kind of socket has it, unless a poller has taken it. */
  @Override
  void close();
}
