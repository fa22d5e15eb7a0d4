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
    return name == PeerName.JDK_VIRTUAL
        ? new JdkVirtualPeer(settings)
        : new NettyPeer(name, settings);
  }
}
