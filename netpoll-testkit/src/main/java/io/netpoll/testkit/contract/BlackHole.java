package io.netpoll.testkit.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * A TCP address on the loopback interface that never answers: a listening socket whose queue of
 * connections to accept is full, so that the system drops every further SYN.
 */
final class BlackHole implements AutoCloseable {
  private static final int ENOUGH = 64;
  private static final long BRIEFLY_MILLIS = 20;

  /** One alone may have been answered late, and has then filled the queue. */
  private static final int UNANSWERED = 2;

  private final ServerSocketChannel server;
  private final List<SocketChannel> queued = new ArrayList<>();

  private BlackHole(ServerSocketChannel server) {
    this.server = server;
  }

  /** Opens one; skips the test where the system answers all the same. */
  static BlackHole open() throws IOException {
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.INET);
    BlackHole hole = new BlackHole(server.bind(SocketKind.TCP.free(Path.of("")), 1));
    try {
      while (hole.unanswered() < UNANSWERED) {
        assumeTrue(hole.queued.size() < ENOUGH, "The system accepts beyond the backlog.");
        hole.queueOne();
      }
      return hole;
    } catch (IOException | RuntimeException e) {
      hole.close();
      throw e;
    }
  }

  /** Connects once more, and gives the answer some time to come. */
  private void queueOne() throws IOException {
    SocketChannel channel = SocketChannel.open(StandardProtocolFamily.INET);
    queued.add(channel);
    channel.configureBlocking(false);
    if (channel.connect(address())) {
      return;
    }
    // On the loopback interface an answer comes at once.
    try (Selector selector = Selector.open()) {
      channel.register(selector, SelectionKey.OP_CONNECT);
      selector.select(BRIEFLY_MILLIS);
    }
  }

  /** How many have got no answer so far. */
  private int unanswered() throws IOException {
    int unanswered = 0;
    for (SocketChannel channel : queued) {
      unanswered += channel.finishConnect() ? 0 : 1;
    }
    return unanswered;
  }

  SocketAddress address() throws IOException {
    return server.getLocalAddress();
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : queued) {
      channel.close();
    }
    server.close();
  }
}
