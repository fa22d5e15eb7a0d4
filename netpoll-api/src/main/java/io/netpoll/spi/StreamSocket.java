package io.netpoll.spi;

import java.net.SocketAddress;
import java.nio.channels.SocketChannel;

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

  /**
   * Gives the socket away as a channel of the JDK, non-blocking and registered with no selector.
   * Then it is the caller's, and {@link #close()} does nothing.
   *
   * @return the channel
   * @throws UnsupportedOperationException if the backend has no channels
   * @throws IllegalStateException if it was given away or closed before, or a poller has it
   */
  default SocketChannel releaseChannel() {
    throw new UnsupportedOperationException(
        "This socket has no channel: take its descriptor instead.");
  }

  /**
   * Gives the socket away as a descriptor, non-blocking. Then it is the caller's, and {@link
   * #close()} does nothing.
   *
   * @return the descriptor
   * @throws UnsupportedOperationException if the backend knows no descriptors
   * @throws IllegalStateException if it was given away or closed before, or a poller has it
   */
  default int releaseDescriptor() {
    throw new UnsupportedOperationException(
        "This socket's descriptor is not known: take its channel instead.");
  }

  /** Closes it with RST where the kind of socket has it, unless a poller has taken it. */
  @Override
  void close();
}
