package io.netpoll.testkit;

import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/**
 * How an attempt to connect goes.
 *
 * @param side the dialing end; where nobody answers, one whose other end nobody has
 * @param refusal why it fails, or null
 * @param isAnswered false for a black hole
 */
record Connecting(Side side, @Nullable IOException refusal, boolean isAnswered) {

  static Connecting done(Side side) {
    return new Connecting(side, null, true);
  }

  static Connecting begin(SocketAddress remote, SocketAddress local) {
    try {
      Side side = Places.dial(remote, local);
      return side == null ? new Connecting(Side.connect(local, remote), null, false) : done(side);
    } catch (ConnectException e) {
      return new Connecting(Side.connect(local, remote), e, true);
    }
  }
}
