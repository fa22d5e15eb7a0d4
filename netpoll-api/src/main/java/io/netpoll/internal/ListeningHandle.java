package io.netpoll.internal;

import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import java.net.SocketAddress;

/** A handle of a listening socket: it refuses what only a socket with a peer can do. */
public interface ListeningHandle extends Handle {
  @Override
  default SocketAddress remoteAddress() {
    throw listening();
  }

  @Override
  default int receive(Input into) {
    throw listening();
  }

  @Override
  default boolean send(Output from, int calls) {
    throw listening();
  }

  @Override
  default void watchOutput() {
    throw listening();
  }

  @Override
  default void ignoreOutput() {
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
