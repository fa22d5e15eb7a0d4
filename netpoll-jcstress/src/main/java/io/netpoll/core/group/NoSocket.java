package io.netpoll.core.group;

import io.netpoll.spi.StreamSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;

/** A socket that is never used: {@link SteppedPoller} makes handles without one. */
public record NoSocket() implements StreamSocket {
  @Override
  public SocketAddress localAddress() {
    return InetSocketAddress.createUnresolved("here", 1);
  }

  @Override
  public SocketAddress remoteAddress() {
    return InetSocketAddress.createUnresolved("peer", 1);
  }

  @Override
  public void close() {}
}
