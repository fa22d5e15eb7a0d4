package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;

/** Keeps the sockets that it gets, and checks that nothing follows its last event. */
public final class RecordingAcceptor implements Acceptor, AutoCloseable {
  /** The sockets that nobody took out yet; closed by whoever takes them, or by {@link #close()}. */
  public final Deque<StreamSocket> sockets = new ArrayDeque<>();

  /** Why accepting failed, in order. */
  public final List<IOException> failures = new ArrayList<>();

  /** Runs behind each socket. */
  public Runnable onAccepted = () -> {};

  private boolean closed;

  /** Makes an acceptor. */
  public RecordingAcceptor() {}

  /**
   * Whether the last event has come.
   *
   * @return true after {@link #closed()}
   */
  public boolean isClosed() {
    return closed;
  }

  @Override
  public void accepted(StreamSocket socket) {
    assertThat(closed).as("closed before accepted").isFalse();
    sockets.add(socket);
    onAccepted.run();
  }

  @Override
  public void failed(IOException cause) {
    assertThat(closed).as("closed before failed").isFalse();
    failures.add(cause);
  }

  @Override
  public void closed() {
    assertThat(closed).as("closed twice").isFalse();
    closed = true;
  }

  /** Closes the sockets that nobody took out. */
  @Override
  public void close() {
    sockets.forEach(StreamSocket::close);
  }
}
