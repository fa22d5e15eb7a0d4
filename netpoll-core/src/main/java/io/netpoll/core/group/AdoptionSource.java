package io.netpoll.core.group;

import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** What a socket is adopted as: a channel of the JDK, or a descriptor. */
public sealed interface AdoptionSource {

  /**
   * Whether a backend can adopt it.
   *
   * @param backend a backend
   * @return whether it takes channels, or descriptors
   */
  boolean suits(PollerProvider backend);

  /** A listening socket. */
  sealed interface Listening extends AdoptionSource {
    /**
     * Adopts it.
     *
     * @param backend one that it suits
     * @return the socket
     * @throws IOException if the system refuses
     */
    ListenSocket adoptBy(PollerProvider backend) throws IOException;
  }

  /** A connected socket. */
  sealed interface Connected extends AdoptionSource {
    /**
     * Adopts it.
     *
     * @param backend one that it suits
     * @return the socket
     * @throws IOException if the system refuses
     */
    StreamSocket adoptBy(PollerProvider backend) throws IOException;
  }

  /**
   * A bound channel.
   *
   * @param channel the channel
   */
  record ListeningChannel(ServerSocketChannel channel) implements Listening {
    @Override
    public boolean suits(PollerProvider backend) {
      return backend.adoptsChannels();
    }

    @Override
    public ListenSocket adoptBy(PollerProvider backend) throws IOException {
      return backend.adoptListener(channel);
    }
  }

  /**
   * The descriptor of a listening socket.
   *
   * @param number its number
   */
  record ListeningDescriptor(int number) implements Listening {
    @Override
    public boolean suits(PollerProvider backend) {
      return backend.adoptsDescriptors();
    }

    @Override
    public ListenSocket adoptBy(PollerProvider backend) throws IOException {
      return backend.adoptListener(number);
    }
  }

  /**
   * A connected channel.
   *
   * @param channel the channel
   */
  record ConnectedChannel(SocketChannel channel) implements Connected {
    @Override
    public boolean suits(PollerProvider backend) {
      return backend.adoptsChannels();
    }

    @Override
    public StreamSocket adoptBy(PollerProvider backend) throws IOException {
      return backend.adoptStream(channel);
    }
  }

  /**
   * The descriptor of a connected socket.
   *
   * @param number its number
   */
  record ConnectedDescriptor(int number) implements Connected {
    @Override
    public boolean suits(PollerProvider backend) {
      return backend.adoptsDescriptors();
    }

    @Override
    public StreamSocket adoptBy(PollerProvider backend) throws IOException {
      return backend.adoptStream(number);
    }
  }
}
