package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Keeps the sockets that it gets. */
final class TestAcceptor implements Acceptor {
  final Deque<StreamSocket> sockets = new ArrayDeque<>();
  final List<IOException> failures = new ArrayList<>();
  Runnable onAccepted = () -> {};
  boolean closed;

  @Override
  public void accepted(StreamSocket socket) {
    assertThat(closed).isFalse();
    sockets.add(socket);
    onAccepted.run();
  }

  @Override
  public void failed(IOException cause) {
    assertThat(closed).isFalse();
    failures.add(cause);
  }

  @Override
  public void closed() {
    assertThat(closed).isFalse();
    closed = true;
  }
}
