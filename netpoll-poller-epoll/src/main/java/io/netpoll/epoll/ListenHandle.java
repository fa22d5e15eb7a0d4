package io.netpoll.epoll;

import io.netpoll.internal.ListeningHandle;
import io.netpoll.spi.Acceptor;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A listening socket.
 *
 * <pre>
 *   LISTENING --close--> CLOSING --due--> CLOSED (last event)
 * </pre>
 *
 * Its address is free when {@link #close()} returns; only the event waits for its turn. Options
 * that accepted sockets inherit are set once, on the listening one.
 */
final class ListenHandle extends EpollHandle implements ListeningHandle {
  /** How many connections one event accepts before others have their turn. */
  private static final int ACCEPTS_PER_EVENT = 64;

  private enum State {
    LISTENING,
    CLOSING,
    CLOSED
  }

  private final EpollListenSocket socket;
  private final Acceptor acceptor;

  /** What each accepted socket is given. */
  private final List<Options.Setting> settings;

  /** Whether sockets are accepted with SO_LINGER. */
  private final boolean lingering;

  /** The own address of what is accepted; null if it depends. */
  private final @Nullable SocketAddress local;

  private State state = State.LISTENING;
  private boolean paused;

  /** Why the system does not watch the socket, until it is told; 0 if it does. */
  private int failure;

  private ListenHandle(
      EpollPoller poller,
      EpollListenSocket socket,
      Acceptor acceptor,
      List<Options.Setting> settings,
      boolean lingering) {
    super(poller, socket.descriptor.fd);
    this.socket = socket;
    this.acceptor = acceptor;
    this.settings = settings;
    this.lingering = lingering;
    this.local = Addresses.isWildcard(socket.localAddress()) ? null : socket.localAddress();
  }

  /**
   * Makes the handle of a socket, and sets what is to be inherited.
   *
   * @throws IOException if the system refuses an option
   */
  static ListenHandle open(
      EpollPoller poller,
      EpollListenSocket socket,
      Acceptor acceptor,
      List<Options.Setting> settings)
      throws IOException {
    List<Options.Setting> forEach = new ArrayList<>();
    boolean lingering = false;
    for (Options.Setting setting : settings) {
      lingering |= setting.isLinger();
      if (setting.isInherited(socket.unix)) {
        setting.apply(socket.descriptor.fd, socket.localAddress(), poller.memory());
      } else {
        forEach.add(setting);
      }
    }
    tryOut(forEach, socket, poller.memory());
    return new ListenHandle(poller, socket, acceptor, List.copyOf(forEach), lingering);
  }

  /**
   * Sets options of a socket made for that, so that one which the system refuses is found before
   * the first connection and not with it.
   */
  private static void tryOut(
      List<Options.Setting> settings, EpollListenSocket socket, Memory memory) throws IOException {
    if (settings.isEmpty()) {
      return;
    }
    int fd = Sockets.open(socket.unix ? Libc.AF_UNIX : Libc.AF_INET, socket.localAddress());
    try {
      for (Options.Setting setting : settings) {
        setting.apply(fd, socket.localAddress(), memory);
      }
    } finally {
      Libc.close(fd);
    }
  }

  /**
   * Accepts until nobody waits; a call that finds nobody costs as much as a read. Where the wait
   * has found nothing else, the next one comes at once, and looks for others as well: then one is
   * accepted.
   */
  @Override
  void ready(int events) {
    int most = poller.hasFoundOneEvent() ? 1 : ACCEPTS_PER_EVENT;
    // The acceptor may pause or close in between.
    for (int i = 0; i < most && isAccepting(); i++) {
      Memory memory = poller.memory();
      Addresses.clear(memory);
      int accepted =
          Libc.accept(
              fd,
              memory.address,
              Addresses.lengthAddress(memory),
              Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC);
      if (accepted >= 0) {
        prepare(accepted, memory);
      } else if (accepted == -Errno.EAGAIN) {
        return;
      } else if (!isOfThePeer(-accepted)) {
        acceptor.failed(Errno.exception("accepting", -accepted));
        return;
      }
    }
    if (interest() == 0 && (events & (Libc.EPOLLERR | Libc.EPOLLHUP)) != 0) {
      unwatch();
    }
  }

  /** Starts to accept. */
  void start() throws IOException {
    enter(Libc.EPOLLIN);
  }

  private boolean isAccepting() {
    return state == State.LISTENING && !paused;
  }

  /**
   * Whether an error is one of the connection, not of the listening socket: the next one may do.
   */
  private static boolean isOfThePeer(int errno) {
    return switch (errno) {
      case Errno.ECONNABORTED,
          Errno.EPROTO,
          Errno.ENETDOWN,
          Errno.ENOPROTOOPT,
          Errno.EHOSTDOWN,
          Errno.ENONET,
          Errno.EHOSTUNREACH,
          Errno.EOPNOTSUPP,
          Errno.ENETUNREACH ->
          true;
      default -> false;
    };
  }

  /**
   * Makes a socket of what was accepted and gives it to the acceptor. Whatever keeps it from that
   * resets the connection; an acceptor that has given it to a poller is not interfered with.
   */
  private void prepare(int accepted, Memory memory) {
    EpollStreamSocket stream = null;
    boolean given = false;
    try {
      stream = EpollStreamSocket.accepted(accepted, local, memory, lingering);
      for (int i = 0; i < settings.size(); i++) {
        settings.get(i).apply(accepted, localAddress(), memory);
      }
      acceptor.accepted(stream);
      given = true;
    } catch (IOException peerHasGone) {
      // The options are known to be good, so it is this connection that is broken. That is no
      // reason to stop accepting.
    } finally {
      if (!given) {
        reset(accepted, stream);
      }
    }
  }

  private static void reset(int accepted, @Nullable EpollStreamSocket stream) {
    if (stream != null) {
      stream.close();
    } else {
      Options.resetOnClose(accepted);
      Libc.close(accepted);
    }
  }

  @Override
  void unwatchable(int errno) {
    failure = errno;
    poller.due(this);
  }

  @Override
  public void pauseInput() {
    if (state == State.LISTENING) {
      paused = true;
      interest(0);
    }
  }

  @Override
  public void resumeInput() {
    if (state == State.LISTENING) {
      paused = false;
      interest(Libc.EPOLLIN);
    }
  }

  @Override
  public void close() {
    if (state == State.LISTENING) {
      state = State.CLOSING;
      poller.due(this);
      unwatch(); // another process may listen at the same socket
      socket.closeDescriptor();
    }
  }

  @Override
  public void abort() {
    close();
  }

  @Override
  void due() {
    if (failure != 0 && state == State.LISTENING) {
      tellFailure();
    } else if (state == State.CLOSING) {
      end();
    }
  }

  private void tellFailure() {
    boolean told = false;
    try {
      acceptor.failed(Errno.exception("epoll_ctl", failure));
      failure = 0;
      told = true;
    } finally {
      if (!told) {
        close(); // else nothing would be accepted any more, and nobody would know
      }
    }
  }

  @Override
  void pollerCloses() {
    // Its end is one step.
  }

  @Override
  void pollerClosed() {
    try {
      if (state == State.LISTENING) {
        socket.closeDescriptor();
      }
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
    Options.Setting setting = Options.forListening(option, value, socket.unix);
    if (!socket.descriptor.enter()) {
      throw new ClosedChannelException();
    }
    try (Memory memory = Memory.malloc(8)) {
      setting.apply(fd, localAddress(), memory);
    } finally {
      socket.descriptor.exit();
    }
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    Option known = Options.ofListening(option, socket.unix);
    if (!socket.descriptor.enter()) {
      throw new ClosedChannelException();
    }
    try {
      return Options.read(fd, localAddress(), known, option);
    } finally {
      socket.descriptor.exit();
    }
  }

  @Override
  public SocketAddress localAddress() {
    return socket.localAddress();
  }
}
