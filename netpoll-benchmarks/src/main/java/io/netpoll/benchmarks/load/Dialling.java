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
    return dial(server, 0);
  }

  /**
   * As {@link #dial(InetSocketAddress)}.
   *
   * @param receiveBuffer bytes that the system may receive before they are read; 0 for its choice
   */
  static SocketChannel dial(InetSocketAddress server, int receiveBuffer) throws IOException {
    SocketChannel channel = SocketChannel.open();
    try {
      if (receiveBuffer > 0) {
        channel.setOption(StandardSocketOptions.SO_RCVBUF, receiveBuffer);
      }
      channel.setOption(StandardSocketOptions.TCP_NODELAY, true);
      channel.socket().connect(server, PATIENCE_MILLIS);
      return channel;
    } catch (Throwable e) {
      channel.close();
      throw e;
    }
  }
}
