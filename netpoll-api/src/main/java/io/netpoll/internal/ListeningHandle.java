package io.netpoll.internal;

import io.netpoll.spi.Handle;
import java.net.SocketAddress;

/** A handle of a listening socket: it refuses what only a socket with a peer can do. */
public interface ListeningHandle extends Handle {
  @Override
  default SocketAddress remoteAddress() {
    throw listening();
  }

  @Override
  default boolean send() {
    throw listening();
  }

  @Override
  default void sendWhenWritable() {
    throw listening();
  }

  @Override
  default int discardInput() {
    throw listening();
  }

  @Override
  default void shutdownOutput() {
    throw listening();
  }

  @Override
  default void detach() {
    throw listening();
  }

  private UnsupportedOperationException listening() {
    return new UnsupportedOperationException(
        "The socket at " + localAddress() + " is a listening one: it has no peer.");
  }
}
