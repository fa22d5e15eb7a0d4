package io.netpoll.epoll;

import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking descriptor with its addresses, which outlive it. Thread-safe.
 *
 * <p>The system is asked for the own address once: when the socket has been connected, and for one
 * that was accepted when somebody wants it, at the latest before its poller closes the descriptor
 * or gives it up. Where it is known already, as that of a socket which was accepted at a certain
 * address, it costs no call.
 *
 * <p>To close needs no memory. Where there is none for the own address, that stays unknown.
 */
final class EpollStreamSocket implements StreamSocket {
  final Descriptor descriptor;

  /** Null until it is asked for. */
  private volatile @Nullable SocketAddress local;

  /** Null for a peer of IPv4 that was accepted. */
  private volatile @Nullable SocketAddress remote;

  // A peer of IPv4 that was accepted: an address of six bytes, where its objects take 96.
  private final int remote4;
  private final char remotePort;

  /** Whether it is, or was, connected: before that the own address is not final. */
  private volatile boolean connected;

  /** Whether SO_LINGER was ever set, by whichever thread. */
  private volatile boolean lingering;

  /** Whether somebody else may hold the same open socket, since it was opened elsewhere. */
  final boolean shared;

  private EpollStreamSocket(
      Descriptor descriptor,
      @Nullable SocketAddress local,
      SocketAddress remote,
      boolean connected,
      boolean shared) {
    this.descriptor = descriptor;
    this.shared = shared;
    this.local = local;
    this.remote = remote;
    this.remote4 = 0;
    this.remotePort = 0;
    this.connected = connected;
  }

  private EpollStreamSocket(
      Descriptor descriptor, @Nullable SocketAddress local, int remote4, int remotePort) {
    this.descriptor = descriptor;
    this.shared = false;
    this.local = local;
    this.remote4 = remote4;
    this.remotePort = (char) remotePort;
    this.connected = true;
  }

  /**
   * A connected socket that nobody watches.
   *
   * @param local its own address, or null if the system has to be asked
   * @param remote holds the peer's address, as the system wrote it
   * @param lingering whether SO_LINGER may be set
   */
  static EpollStreamSocket accepted(
      int fd, @Nullable SocketAddress local, Memory remote, boolean lingering) {
    Descriptor descriptor = Descriptor.free(fd);
    EpollStreamSocket socket =
        Addresses.isInet4(remote)
            ? new EpollStreamSocket(
                descriptor, local, Addresses.inet4(remote), Addresses.port(remote))
            : new EpollStreamSocket(descriptor, local, Addresses.decode(remote), true, false);
    socket.lingering = lingering;
    return socket;
  }

  /** A socket that somebody else has connected, and that nobody watches. */
  static EpollStreamSocket adopt(int fd) throws IOException {
    try (Memory memory = Memory.malloc(Addresses.SIZE)) {
      Adoptable.checkConnected(fd, memory);
      SocketAddress remote = Addresses.decode(memory);
      SocketAddress local = Addresses.local(fd, memory);
      Descriptor descriptor = Descriptor.free(fd);
      EpollStreamSocket socket = new EpollStreamSocket(descriptor, local, remote, true, true);
      socket.lingering = true; // it may be
      Adoptable.adapt(fd); // last: nothing of it has changed if this throws before
      return socket;
    }
  }

  /** A socket that a poller watches and that is about to connect. */
  static EpollStreamSocket connecting(int fd, SocketAddress remote) {
    return new EpollStreamSocket(Descriptor.taken(fd), null, remote, false, false);
  }

  int fd() {
    return descriptor.fd;
  }

  boolean isUnix() {
    return remote instanceof UnixDomainSocketAddress;
  }

  /**
   * Notes that it is connected, and finds out from where, and to whom if it was to an address that
   * means many.
   */
  void connected(Memory memory) {
    connected = true;
    askForLocal(memory);
    if (Addresses.isWildcard(remoteAddress())) {
      try {
        remote = Addresses.remote(fd(), memory);
      } catch (IOException disconnectedAlready) {
        // Then there is nobody to tell apart.
      }
    }
  }

  /** Sets an option that was checked. Any thread. */
  void setOption(Options.Setting setting) throws IOException {
    try (Memory memory = Memory.malloc(8)) {
      setOption(setting, memory);
    }
  }

  /** Sets an option that was checked. */
  void setOption(Options.Setting setting, Memory memory) throws IOException {
    if (!descriptor.enter()) {
      throw new ClosedChannelException();
    }
    try {
      if (setting.isLinger()) {
        lingering = true;
      }
      setting.apply(fd(), remoteAddress(), memory);
    } finally {
      descriptor.exit();
    }
  }

  /** Reads an option, which a socket of this kind has. */
  <T> T option(Option known, SocketOption<T> option) throws IOException {
    if (!descriptor.enter()) {
      throw new ClosedChannelException();
    }
    try {
      return Options.read(fd(), remoteAddress(), known, option);
    } finally {
      descriptor.exit();
    }
  }

  /** The socket's own address; unspecified while it is connecting. */
  @Override
  public SocketAddress localAddress() {
    SocketAddress known = local;
    if (known != null) {
      return known;
    }
    if (connected && descriptor.enter()) {
      try (Memory memory = Memory.malloc(Addresses.SIZE)) {
        return askForLocal(memory);
      } finally {
        descriptor.exit();
      }
    }
    // The poller that closed it has asked first.
    known = local;
    return known != null ? known : Addresses.unspecified(isUnix());
  }

  private SocketAddress askForLocal(Memory memory) {
    SocketAddress answer;
    try {
      answer = Addresses.local(fd(), memory);
    } catch (IOException broken) {
      answer = Addresses.unspecified(isUnix());
    }
    local = answer;
    return answer;
  }

  @Override
  public SocketAddress remoteAddress() {
    SocketAddress known = remote;
    return known != null ? known : Addresses.inet4(remote4, remotePort);
  }

  @Override
  public int releaseDescriptor() {
    localAddress(); // as before a close; and where there is no memory for it, nothing has changed
    if (!descriptor.take()) {
      throw new IllegalStateException(
          "The " + this + " was given away or closed before, or a poller has it.");
    }
    return descriptor.release();
  }

  @Override
  public void close() {
    if (descriptor.take()) {
      Options.resetOnClose(fd());
      descriptor.close();
    }
  }

  /**
   * Closes the descriptor. For the poller that has it. Never waits for output to leave, whatever
   * SO_LINGER says. Throws nothing.
   *
   * @param reset whether to send RST, where the kind of socket has it
   * @param memory of the poller
   */
  void close(boolean reset, Memory memory) {
    noteLocal(memory);
    if (reset) {
      Options.resetOnClose(fd());
    } else if (lingering) {
      stopLingering(memory);
    }
    descriptor.close();
  }

  /** Gives the descriptor back to whoever takes it next. For the poller that has it. */
  void give(Memory memory) {
    noteLocal(memory);
    descriptor.give();
  }

  /** Asks for the own address, while the number is known to be this socket's. Throws nothing. */
  private void noteLocal(Memory memory) {
    if (connected && local == null) {
      try {
        askForLocal(memory);
      } catch (Error noMemory) {
        // It stays unknown, and the socket must be closed all the same.
      }
    }
  }

  /** Takes back a time to wait, but not a 0, which means RST. */
  private void stopLingering(Memory memory) {
    if (Options.linger(fd(), memory) > 0) {
      Options.setLinger(fd(), memory, -1);
    }
  }

  @Override
  public String toString() {
    return descriptor + " to " + remoteAddress();
  }
}
