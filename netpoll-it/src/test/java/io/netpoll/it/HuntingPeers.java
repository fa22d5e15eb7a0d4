package io.netpoll.it;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Many {@link HuntingPeer}s, driven by the calling thread. */
final class HuntingPeers implements AutoCloseable {
  private final Selector selector = Selector.open();
  private final List<HuntingPeer> peers = new ArrayList<>();

  HuntingPeers(int connections, long seed, HuntingPeer.Sizes sizes, SocketAddress server)
      throws IOException {
    for (int i = 0; i < connections; i++) {
      HuntingPeer peer = new HuntingPeer(i, seed, sizes, server);
      peers.add(peer);
      peer.channel().register(selector, SelectionKey.OP_READ, peer);
    }
  }

  /**
   * Has at least {@code requests} frames echoed.
   *
   * @throws AssertionError if an answer is due for longer than {@code patience}
   */
  void exchange(long requests, Duration patience) throws IOException {
    long answered = 0;
    boolean allAnswered = false;
    while (!allAnswered) {
      boolean more = answered < requests;
      answered = 0;
      allAnswered = !more;
      for (HuntingPeer peer : peers) {
        peer.send(more);
        answered += peer.answered();
        allAnswered &= !peer.isBusy();
        if (peer.overdueNanos() > patience.toNanos()) {
          throw new AssertionError("Stalled: " + peer + ".");
        }
      }
      selector.selectNow(key -> receive((HuntingPeer) key.attachment()));
    }
  }

  private static void receive(HuntingPeer peer) {
    try {
      peer.receive();
    } catch (IOException e) {
      throw new AssertionError(peer + " failed.", e);
    }
  }

  @Override
  public void close() throws IOException {
    for (HuntingPeer peer : peers) {
      peer.close();
    }
    selector.close();
  }
}
