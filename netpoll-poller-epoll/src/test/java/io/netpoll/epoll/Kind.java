package io.netpoll.epoll;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;

/** The kinds of socket that a test runs with. */
enum Kind {
  TCP,
  UNIX;

  /** A free address to bind. */
  SocketAddress free(Path directory) throws IOException {
    return this == TCP
        ? new InetSocketAddress(InetAddress.getLoopbackAddress(), 0)
        : UnixDomainSocketAddress.of(directory.resolve("socket"));
  }
}
