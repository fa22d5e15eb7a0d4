package io.netpoll.testkit.contract;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/**
 * An address at which connecting is refused: it is bound, and not listened at, so that no other
 * process takes it meanwhile.
 */
final class RefusingAddress implements AutoCloseable {
  private final SocketChannel bound;

  private RefusingAddress(SocketChannel bound) {
    this.bound = bound;
  }

  /** Binds a TCP address of the loopback interface. */
  static RefusingAddress open() throws IOException {
    return open(SocketKind.TCP, Path.of(""));
  }

  /** Binds an address of a kind; the directory is for the file of a Unix socket, and has none. */
  static RefusingAddress open(SocketKind kind, Path directory) throws IOException {
    SocketChannel channel =
        SocketChannel.open(
            kind == SocketKind.TCP ? StandardProtocolFamily.INET : StandardProtocolFamily.UNIX);
    try {
      return new RefusingAddress(channel.bind(kind.free(directory)));
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  SocketAddress address() throws IOException {
    return bound.getLocalAddress();
  }

  @Override
  public void close() throws IOException {
    bound.close();
  }
}
