package io.netpoll.core.connection;

import io.netpoll.DetachedSocket;
import io.netpoll.LinkBuffer;
import io.netpoll.internal.Addresses;
import io.netpoll.spi.StreamSocket;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;

/** A socket that left its connection, with the bytes that nobody read. Any thread. */
final class FreeSocket implements DetachedSocket {
  private final StreamSocket socket;
  private final LinkBuffer unread;

  FreeSocket(StreamSocket socket, LinkBuffer unread) {
    this.socket = socket;
    this.unread = unread;
  }

  @Override
  public LinkBuffer unread() {
    return unread;
  }

  @Override
  public SocketChannel channel() {
    return socket.releaseChannel();
  }

  @Override
  public int descriptor() {
    return socket.releaseDescriptor();
  }

  @Override
  public SocketAddress localAddress() {
    return socket.localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return socket.remoteAddress();
  }

  @Override
  public void close() {
    socket.close();
  }

  @Override
  public String toString() {
    return "DetachedSocket["
        + Addresses.text(localAddress())
        + " - "
        + Addresses.text(remoteAddress())
        + "]";
  }
}
