package io.netpoll.benchmarks;

import java.io.IOException;

/** Makes peers. */
final class Peers {
  private Peers() {}

  /**
   * Starts a peer.
   *
   * @throws UnsupportedOperationException if it cannot be used here; the message says why
   */
  static Peer open(PeerName name, PeerSettings settings) throws IOException, InterruptedException {
    return switch (name) {
      case OURS_EPOLL, OURS_NIO -> new OurPeer(name, settings);
      case NETTY_EPOLL, NETTY_NIO, NETTY_IOURING, NETTY_IOURING_RING ->
          new NettyPeer(name, settings);
      case JDK_VIRTUAL, JDK_PLATFORM -> new JdkBlockingPeer(name, settings);
      case JDK_ASYNC -> new JdkAsyncPeer(settings);
    };
  }
}
