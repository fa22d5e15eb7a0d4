package io.netpoll.nio;

import io.netpoll.internal.ListeningHandle;
import io.netpoll.spi.Acceptor;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;
import java.nio.channels.SocketChannel;
import java.nio.file.InvalidPathException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket.
 *
 * <pre>
 *   LISTENING --close--> CLOSING --due--> CLOSED (last event)
 * </pre>
 *
 * Paused or not is its interest. Its address is free when {@link #close()} returns; only the event
 * waits for its turn.
 */
final class ListenHandle extends NioHandle implements ListeningHandle {
  /** How many connections one event accepts before others have their turn. */
  private static final int ACCEPTS_PER_EVENT = 64;

  private enum State {
    LISTENING,
    CLOSING,
    CLOSED
  }

  private final NioListenSocket socket;
  private final Map<SocketOption<?>, Object> options;
  private final Acceptor acceptor;
  private State state = State.LISTENING;

  ListenHandle(
      NioPoller poller,
      NioListenSocket socket,
      Map<SocketOption<?>, Object> options,
      Acceptor acceptor)
      throws IOException {
    super(poller, socket.channel, SelectionKey.OP_ACCEPT);
    this.socket = socket;
    this.options = options;
    this.acceptor = acceptor;
  }

  @Override
  void ready(int ops) {
    // The acceptor may pause or close in between.
    for (int i = 0; i < ACCEPTS_PER_EVENT && (ops & interest()) != 0; i++) {
      SocketChannel channel;
      try {
        channel = socket.channel.accept();
      } catch (IOException e) {
        acceptFailed(e);
        return;
      } catch (InvalidPathException e) {
        acceptFailed(lostInTheJdk(e));
        return;
      }
      if (channel == null) {
        return;
      }
      prepare(channel);
    }
  }

  private void acceptFailed(IOException cause) {
    if (socket.channel.isOpen()) {
      acceptor.failed(cause);
    } else {
      lose();
    }
  }

  /** The JDK makes a path of the peer's name, and keeps no hold of the socket where it cannot. */
  private static IOException lostInTheJdk(InvalidPathException cause) {
    return new IOException(
        "the name of a peer cannot be read in the encoding "
            + System.getProperty("sun.jnu.encoding")
            + ", and the JDK has lost its connection with a descriptor: run in a UTF-8 locale, such"
            + " as LC_ALL=C.UTF-8, or use the epoll backend",
        cause);
  }

  /**
   * Makes a socket of what was accepted and gives it to the acceptor. Whatever keeps it from that
   * closes the connection; an acceptor that has given it to a poller is not interfered with.
   */
  private void prepare(SocketChannel channel) {
    NioStreamSocket accepted = null;
    boolean given = false;
    try {
      channel.configureBlocking(false);
      accepted = NioStreamSocket.connected(channel);
      accepted.setOptions(options);
      acceptor.accepted(accepted);
      given = true;
    } catch (IOException peerHasGone) {
      // The options are known to be good, so it is this connection that is broken: some systems
      // refuse to set options once the peer has reset it. That is no reason to stop accepting.
    } finally {
      if (!given) {
        reset(channel, accepted);
      }
    }
  }

  private static void reset(SocketChannel channel, @Nullable NioStreamSocket accepted) {
    if (accepted != null) {
      accepted.close();
    } else {
      closeBroken(channel);
    }
  }

  private static void closeBroken(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException closedAnyway) {
      // The descriptor is gone whatever close says.
    }
  }

  @Override
  public void pauseInput() {
    if (state == State.LISTENING) {
      interest(0);
    }
  }

  @Override
  public void resumeInput() {
    if (state == State.LISTENING) {
      interest(SelectionKey.OP_ACCEPT);
    }
  }

  @Override
  public void close() {
    if (state == State.LISTENING) {
      state = State.CLOSING;
      unwatch();
      // Asked for first: with an event due the next poll does not wait, so that it makes no
      // difference if the flush swallows a wake-up.
      poller.due(this);
      poller.flush();
      socket.closeChannel();
    }
  }

  @Override
  public void abort() {
    close();
  }

  @Override
  void due() {
    if (state == State.CLOSING) {
      end();
    }
  }

  @Override
  void lost() {
    if (state == State.LISTENING) {
      state = State.CLOSING;
      poller.due(this);
    }
  }

  @Override
  void pollerCloses() {
    if (state == State.LISTENING) {
      state = State.CLOSING;
    }
  }

  @Override
  void pollerClosed() {
    try {
      socket.closeChannel();
    } finally {
      end();
    }
  }

  private void end() {
    state = State.CLOSED;
    poller.remove(this);
    acceptor.closed();
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    if (!socket.channel.isOpen()) {
      throw new ClosedChannelException();
    }
    Options.set(socket.channel, localAddress(), option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    if (!socket.channel.isOpen()) {
      throw new ClosedChannelException();
    }
    return Options.get(socket.channel, localAddress(), option);
  }

  @Override
  public SocketAddress localAddress() {
    return socket.localAddress();
  }
}
