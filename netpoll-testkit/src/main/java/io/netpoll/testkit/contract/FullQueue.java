package io.netpoll.testkit.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A Unix-domain socket that listens, and whose queue of connections to be accepted is full: the
 * next one has to wait until {@link #acceptOne}.
 */
final class FullQueue implements AutoCloseable {
  private static final int ENOUGH = 64;

  private final ServerSocketChannel server;
  private final List<SocketChannel> channels = new ArrayList<>();

  private FullQueue(ServerSocketChannel server) {
    this.server = server;
  }

  /** Opens one in a directory of the test; skips the test where the system queues on and on. */
  static FullQueue open(Path directory) throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    FullQueue queue = new FullQueue(server.bind(SocketKind.UNIX.free(directory), 1));
    try {
      while (queue.takesOneMore()) {
        assumeTrue(queue.channels.size() < ENOUGH, "The system accepts beyond the backlog.");
      }
      return queue;
    } catch (IOException | RuntimeException e) {
      queue.close();
      throw e;
    }
  }

  private boolean takesOneMore() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channels.add(channel);
    channel.configureBlocking(false);
    try {
      return channel.connect(address());
    } catch (IOException full) {
      return false;
    }
  }

  UnixDomainSocketAddress address() throws IOException {
    return (UnixDomainSocketAddress) server.getLocalAddress();
  }

  /** Makes room for one. */
  void acceptOne() throws IOException {
    channels.add(server.accept());
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
    server.close();
  }
}
