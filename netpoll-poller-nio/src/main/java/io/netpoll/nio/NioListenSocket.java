package io.netpoll.nio;

import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.SystemRefusal;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A non-blocking, bound server socket channel. Thread-safe.
 *
 * <p>Binding a Unix socket makes a file, and closing the descriptor leaves it behind. It is deleted
 * before the descriptor is closed: until then the system keeps the file's identity from being given
 * to another file, so one that somebody else has bound in its place is never taken for it.
 */
final class NioListenSocket implements ListenSocket {
  final ServerSocketChannel channel;
  final Ownership ownership = Ownership.free();
  final @Nullable ProtocolFamily family;
  private final SocketAddress local;
  private final @Nullable BoundFile file;

  private NioListenSocket(
      ServerSocketChannel channel,
      @Nullable ProtocolFamily family,
      SocketAddress local,
      @Nullable BoundFile file) {
    this.channel = channel;
    this.family = family;
    this.local = local;
    this.file = file;
  }

  /** Takes a channel that somebody else has bound; the file of a Unix socket stays theirs. */
  static NioListenSocket adopt(ServerSocketChannel channel) throws IOException {
    Adoptable.check(channel);
    SocketAddress local = channel.getLocalAddress();
    return new NioListenSocket(channel, Addresses.family(local), local, null);
  }

  static NioListenSocket bind(
      SocketAddress address, int backlog, Map<SocketOption<?>, Object> options) throws IOException {
    return bind(Addresses.family(address), address, backlog, options);
  }

  /** Binds the wildcard address of IPv4 alone. */
  static NioListenSocket bindWildcard4(int port, int backlog, Map<SocketOption<?>, Object> options)
      throws IOException {
    SocketAddress address = new InetSocketAddress(InetAddress.getByAddress(new byte[4]), port);
    return bind(StandardProtocolFamily.INET, address, backlog, options);
  }

  private static NioListenSocket bind(
      @Nullable ProtocolFamily family,
      SocketAddress address,
      int backlog,
      Map<SocketOption<?>, Object> options)
      throws IOException {
    Addresses.checkNotAbstract(address);
    ServerSocketChannel channel = open(family, address);
    boolean bound = false;
    try {
      channel.configureBlocking(false);
      if (family != StandardProtocolFamily.UNIX) {
        channel.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      }
      Options.setAll(channel, address, options);
      try {
        channel.bind(address, backlog);
      } catch (IOException e) {
        throw Refused.binding(address, e);
      } catch (UnsupportedAddressTypeException e) {
        throw Refused.version(address, e);
      }
      SocketAddress local = channel.getLocalAddress();
      BoundFile file = local instanceof UnixDomainSocketAddress unix ? BoundFile.of(unix) : null;
      NioListenSocket socket = new NioListenSocket(channel, family, local, file);
      bound = true;
      return socket;
    } finally {
      if (!bound) {
        channel.close();
      }
    }
  }

  private static ServerSocketChannel open(@Nullable ProtocolFamily family, SocketAddress address)
      throws IOException {
    try {
      return family == null ? ServerSocketChannel.open() : ServerSocketChannel.open(family);
    } catch (IOException e) {
      throw Refused.operation(SystemRefusal.opening(address), e);
    }
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public void close() {
    if (ownership.close()) {
      closeChannel();
    }
  }

  /**
   * Frees the address. For the owner, and while no selector has the channel. Does nothing twice:
   * the address may be somebody else's by then.
   */
  void closeChannel() {
    if (!channel.isOpen()) {
      return;
    }
    try {
      if (file != null) {
        file.delete();
      }
    } finally {
      close(channel);
    }
  }

  private static void close(ServerSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException closedAnyway) {
      // The descriptor is gone whatever close says.
    }
  }

  /** The file of a Unix socket, and what tells it from another one of the same name. */
  private record BoundFile(Path path, Object identity) {
    static @Nullable BoundFile of(UnixDomainSocketAddress address) throws IOException {
      Path path = address.getPath();
      return path.toString().isEmpty() ? null : new BoundFile(path, identityOf(path));
    }

    /** Device and inode where the system has them, else the time of creation. */
    private static Object identityOf(Path path) throws IOException {
      BasicFileAttributes attributes =
          Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      Object key = attributes.fileKey();
      return key != null ? key : attributes.creationTime();
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
