package io.netpoll.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.SocketChannel;

/** Connects to a server, which may have ceased to accept. */
final class Dialling {
  private static final int PATIENCE_MILLIS = 10_000;

  private Dialling() {}

  /**
   * Waits for a blocking channel that is connected.
   *
   * @throws IOException if it is not within 10 s
   */
  static SocketChannel dial(InetSocketAddress server) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.socket().connect(server, PATIENCE_MILLIS);
      return channel;
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }
}
