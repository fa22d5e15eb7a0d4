package io.netpoll.nio;

import java.io.IOException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;

/** Whether a channel that somebody else made may be adopted; each refusal leaves it as it is. */
final class Adoptable {
  private Adoptable() {}

  /**
   * Checks a listening socket.
   *
   * @throws IllegalArgumentException if it cannot be adopted as it is
   */
  static void check(ServerSocketChannel channel) throws IOException {
    checkOpen(channel);
    if (channel.getLocalAddress() == null) {
      throw refused(channel, "is not bound: bind it before");
    }
    checkFree(channel);
  }

  /**
   * Checks a connected socket.
   *
   * @throws IllegalArgumentException if it cannot be adopted as it is
   */
  static void check(SocketChannel channel) {
    checkOpen(channel);
    if (!channel.isConnected()) {
      throw refused(channel, "is not connected: connect it before");
    }
    checkFree(channel);
  }

  private static void checkOpen(SelectableChannel channel) {
    if (!channel.isOpen()) {
      throw refused(channel, "is closed");
    }
  }

  private static void checkFree(SelectableChannel channel) {
    if (channel.isRegistered()) {
      throw refused(
          channel, "is registered with a selector: cancel its key, and let the selector select");
    }
    if (channel.isBlocking()) {
      throw refused(channel, "is in blocking mode: call configureBlocking(false) before");
    }
  }

  private static IllegalArgumentException refused(SelectableChannel channel, String why) {
    return new IllegalArgumentException(
        "The channel " + channel + " cannot be adopted because it " + why + ".");
  }
}
