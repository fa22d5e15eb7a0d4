package io.netpoll.nio;

import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;
import java.util.Map;

/** A non-blocking socket channel with its addresses, which outlive it. Thread-safe. */
final class NioStreamSocket implements StreamSocket {
  final SocketChannel channel;
  final Ownership ownership;
  private final boolean unix;

  // Written by the leader when a connect ends, read by any thread.
  private volatile SocketAddress local;
  private volatile SocketAddress remote;

  /** Whether SO_LINGER was ever set, by whichever thread. */
  private volatile boolean lingering;

  private NioStreamSocket(
      SocketChannel channel, SocketAddress local, SocketAddress remote, Ownership ownership) {
    this.channel = channel;
    this.local = local;
    this.remote = remote;
    this.unix = Addresses.isUnix(remote);
    this.ownership = ownership;
  }

  /** A connected socket that nobody watches. */
  static NioStreamSocket connected(SocketChannel channel) throws IOException {
    return new NioStreamSocket(
        channel, channel.getLocalAddress(), channel.getRemoteAddress(), Ownership.free());
  }

  /** A socket that somebody else has connected, and that nobody watches. */
  static NioStreamSocket adopt(SocketChannel channel) throws IOException {
    Adoptable.check(channel);
    NioStreamSocket socket = connected(channel);
    socket.lingering = true; // who knows
    return socket;
  }

  /** A socket that a poller watches and that is about to connect. */
  static NioStreamSocket connecting(SocketChannel channel, SocketAddress remote) {
    return new NioStreamSocket(
        channel, Addresses.unspecified(Addresses.isUnix(remote)), remote, Ownership.taken());
  }

  /** Sets an option, as {@link Options#set} does. */
  <T> void setOption(SocketOption<T> option, T value) throws IOException {
    Options.set(channel, remote, option, value);
    if (Options.isLinger(option)) {
      lingering = true;
    }
  }

  /** Reads an option, as {@link Options#get} does. */
  <T> T option(SocketOption<T> option) throws IOException {
    return Options.get(channel, remote, option);
  }

  /** Sets options, as {@link Options#setAll} does. */
  void setOptions(Map<SocketOption<?>, Object> options) throws IOException {
    Options.setAll(channel, remote, options);
    for (SocketOption<?> option : options.keySet()) {
      if (Options.isLinger(option)) {
        lingering = true;
      }
    }
  }

  /** Notes the addresses that it has since it is connected. */
  void connected() throws IOException {
    local = channel.getLocalAddress();
    remote = channel.getRemoteAddress();
  }

  /** The socket's own address; unspecified while it is connecting. */
  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  @Override
  public SocketChannel releaseChannel() {
    if (!ownership.close()) {
      throw new IllegalStateException(
          "The socket to " + remote + " was given away or closed before, or a poller has it.");
    }
    return channel;
  }

  @Override
  public void close() {
    if (ownership.close()) {
      closeChannel(true);
    }
  }

  /**
   * Closes the channel. For the owner, and while no selector has it: then the descriptor is free on
   * return. Never waits for output to leave, whatever SO_LINGER says. Throws nothing.
   *
   * @param reset whether to send RST, where the kind of socket has it
   */
  void closeChannel(boolean reset) {
    try {
      if (reset && !unix) {
        channel.setOption(StandardSocketOptions.SO_LINGER, 0);
      } else if (lingering && channel.getOption(StandardSocketOptions.SO_LINGER) > 0) {
        channel.setOption(StandardSocketOptions.SO_LINGER, -1);
      }
    } catch (IOException | Error brokenOrNoMemory) {
      // Then there is nobody to linger for, or to send RST to; and it must be closed all the same.
    }
    try {
      channel.close();
    } catch (IOException closedAnyway) {
      // The descriptor is gone whatever close says.
    }
  }
}
