package io.netpoll.testkit.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;

/** The kinds of socket that a test runs with. */
public enum SocketKind {
  /** TCP on the loopback interface. */
  TCP,
  /** Unix-domain sockets in a directory of the test. */
  UNIX;

  /**
   * A free address to bind.
   *
   * @param directory for the file of a Unix socket; holds none yet
   * @return an address with port 0, or a path
   */
  public SocketAddress free(Path directory) {
    return this == TCP
        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)
        : UnixDomainSocketAddress.of(directory.resolve("socket"));
  }

  /**
   * Binds a listening socket of the JDK's, not of the backend.
   *
   * @param directory for the file of a Unix socket; holds none yet
   * @return a blocking channel
   * @throws IOException if the system refuses
   */
  public ServerSocketChannel listen(Path directory) throws IOException {
    ServerSocketChannel channel =
        this == TCP
            ? ServerSocketChannel.open()
            : ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    return channel.bind(free(directory));
  }

  /**
   * Resets a connection of the JDK's: the peer sees RST where the kind of socket has it, else the
   * end.
   *
   * @param channel closed by this
   * @throws IOException if the system refuses
   */
  public void reset(SocketChannel channel) throws IOException {
    if (this == TCP) {
      channel.setOption(StandardSocketOptions.SO_LINGER, 0);
    }
    channel.close();
  }

  /**
   * Skips a test, by name, if a backend has no sockets of this kind.
   *
   * @param provider the backend
   */
  public void assumeProvidedBy(PollerProvider provider) {
    assumeTrue(
        isProvidedBy(provider), "The backend " + provider.name() + " has no " + this + " sockets.");
  }

  /**
   * The kind whose bytes are sure to be readable once they were written: Unix sockets where the
   * backend has them. On the loopback interface that holds for TCP in practice, too.
   *
   * @param provider the backend
   * @return a kind that it has
   */
  public static SocketKind prompt(PollerProvider provider) {
    return UNIX.isProvidedBy(provider) ? UNIX : TCP;
  }

  private boolean isProvidedBy(PollerProvider provider) {
    return !provider.supportedOptions(this == UNIX).isEmpty();
  }
}
