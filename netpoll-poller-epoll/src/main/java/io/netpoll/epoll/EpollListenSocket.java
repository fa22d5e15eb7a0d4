package io.netpoll.epoll;

import io.netpoll.spi.ListenSocket;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking descriptor that listens. Thread-safe.
 *
 * <p>Binding a Unix socket to a path makes a file, and closing the descriptor leaves it behind. It
 * is deleted before the descriptor is closed: until then the system keeps the file's identity from
 * being given to another file, so one that somebody else has bound in its place is never taken for
 * it.
 */
final class EpollListenSocket implements ListenSocket {
  /** As the JDK has it, where the caller says nothing of use. */
  private static final int DEFAULT_BACKLOG = 50;

  final Descriptor descriptor;
  final boolean unix;
  private final SocketAddress local;
  private final @Nullable BoundFile file;

  /** Whether other processes may listen at the same socket. */
  private final boolean shared;

  private EpollListenSocket(int fd, SocketAddress local, @Nullable BoundFile file, boolean shared) {
    this.descriptor = Descriptor.free(fd);
    this.local = local;
    this.unix = Addresses.isUnix(local);
    this.file = file;
    this.shared = shared;
  }

  /** Takes a descriptor that somebody else has opened; the file of a Unix socket stays theirs. */
  static EpollListenSocket adopt(int fd) throws IOException {
    try (Memory memory = Memory.malloc(Addresses.SIZE)) {
      Adoptable.checkListening(fd, memory);
      EpollListenSocket socket = new EpollListenSocket(fd, Addresses.local(fd, memory), null, true);
      Adoptable.adapt(fd); // last: nothing of it has changed if this throws before
      return socket;
    }
  }

  static EpollListenSocket bind(
      SocketAddress address, int backlog, Map<SocketOption<?>, Object> options) throws IOException {
    Addresses.check(address);
    int family =
        Addresses.isWildcard(address) ? Sockets.wildcardFamily() : Addresses.family(address);
    return bind(family, false, address, backlog, options);
  }

  /** Binds the wildcard address for one version of IP alone. */
  static EpollListenSocket bindWildcard(
      ProtocolFamily version, int port, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    boolean six = version == StandardProtocolFamily.INET6;
    SocketAddress address = new InetSocketAddress(Addresses.wildcard(six), port);
    return bind(six ? Libc.AF_INET6 : Libc.AF_INET, six, address, backlog, options);
  }

  private static EpollListenSocket bind(
      int family,
      boolean only6,
      SocketAddress address,
      int backlog,
      Map<SocketOption<?>, Object> options)
      throws IOException {
    List<Options.Setting> settings = Options.forListening(options, family == Libc.AF_UNIX);
    int fd = Sockets.open(family, address);
    boolean bound = false;
    try (Memory memory = Memory.malloc(Addresses.SIZE)) {
      int result = 0;
      if (family != Libc.AF_UNIX) {
        result = Sockets.set(fd, Libc.SOL_SOCKET, Libc.SO_REUSEADDR, 1, memory);
      }
      if (result == 0 && family == Libc.AF_INET6) {
        result = Sockets.set(fd, Libc.IPPROTO_IPV6, Libc.IPV6_V6ONLY, only6 ? 1 : 0, memory);
      }
      if (result < 0) {
        throw Errno.bindException(address, -result);
      }
      for (Options.Setting setting : settings) {
        setting.apply(fd, address, memory);
      }
      Sockets.bind(fd, family, address, memory);
      result = Libc.listen(fd, backlog > 0 ? backlog : DEFAULT_BACKLOG);
      if (result < 0) {
        throw Errno.bindException(address, -result);
      }
      SocketAddress local = Addresses.local(fd, memory);
      BoundFile file = local instanceof UnixDomainSocketAddress unix ? BoundFile.of(unix) : null;
      EpollListenSocket socket = new EpollListenSocket(fd, local, file, false);
      bound = true;
      return socket;
    } finally {
      if (!bound) {
        Libc.close(fd);
      }
    }
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public boolean dropNew() {
    if (unix || shared || !descriptor.enter()) {
      return false;
    }
    try {
      return SynDropFilter.attachTo(descriptor.fd) == 0;
    } finally {
      descriptor.exit();
    }
  }

  /**
   * Shuts the socket down, which keeps its number: so no thread that uses that meets another
   * socket. The port stays bound, for sockets without SO_REUSEADDR, until the descriptor is closed.
   * The file is deleted while the descriptor is open, for the reason that the class comment gives.
   */
  @Override
  public boolean stopListening() {
    if (shared || !descriptor.enter()) {
      return false;
    }
    try {
      if (file != null) {
        file.delete();
      }
      return Libc.shutdown(descriptor.fd, Libc.SHUT_RDWR) == 0;
    } finally {
      descriptor.exit();
    }
  }

  @Override
  public void close() {
    if (descriptor.take()) {
      closeDescriptor();
    }
  }

  /** Frees the address. For the owner. The descriptor is closed whatever this throws. */
  void closeDescriptor() {
    try {
      if (file != null) {
        file.delete();
      }
    } finally {
      descriptor.close();
    }
  }

  @Override
  public String toString() {
    return descriptor + " at " + local;
  }

  /** The file of a Unix socket, and what tells it from another one of the same name. */
  private record BoundFile(Path path, Object identity) {
    static @Nullable BoundFile of(UnixDomainSocketAddress address) throws IOException {
      Path path = address.getPath();
      return Addresses.isFile(address) ? new BoundFile(path, identityOf(path)) : null;
    }

    /** Device and inode. */
    private static Object identityOf(Path path) throws IOException {
      return Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
          .fileKey();
    }

    void delete() {
      try {
        if (identity.equals(identityOf(path))) {
          Files.delete(path);
        }
      } catch (IOException goneOrNotOurs) {
        // Nothing of ours is left there, or it cannot be removed: closing goes on.
      }
    }
  }
}
