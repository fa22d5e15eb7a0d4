package io.netpoll.core.group;

import io.netpoll.PollerUnavailableException;
import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The loop on which a group watches channels of the JDK that were adopted, where its own backend
 * cannot: one on NIO, opened with the first of them, that lives as long as the group. Any thread.
 */
final class ChannelLoop {
  private static final String BACKEND = "nio";

  private final EngineGroup group;
  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private @Nullable PollerProvider backend;
  private @Nullable ConnectionLoop loop;

  ChannelLoop(EngineGroup group) {
    this.group = group;
  }

  /**
   * The backend that must adopt a socket: the group's own, or NIO for channels.
   *
   * @throws UnsupportedOperationException if there is none
   */
  PollerProvider backendFor(AdoptionSource origin) {
    PollerProvider own = group.provider();
    if (origin.suits(own)) {
      return own;
    }
    try {
      PollerProvider nio = backend();
      if (origin.suits(nio)) {
        return nio;
      }
    } catch (PollerUnavailableException e) {
      throw new UnsupportedOperationException(
          "A group on the "
              + own.name()
              + " backend needs NIO to adopt a channel: "
              + e.getMessage(),
          e);
    }
    throw new UnsupportedOperationException(
        "The "
            + own.name()
            + " backend does not adopt descriptors: use a group on a native backend, such as epoll,"
            + " or adopt a channel of the JDK.");
  }

  private PollerProvider backend() throws PollerUnavailableException {
    lock.lock();
    try {
      if (backend == null) {
        backend = Backends.beside(BACKEND);
      }
      return backend;
    } finally {
      lock.unlock();
    }
  }

  /** The loop, with a connection counted there; opened anew if it broke. */
  ConnectionLoop reserved() throws IOException {
    lock.lock();
    try {
      if (loop == null || !loop.reserve()) {
        loop = group.members().openBeside(backend());
        if (!loop.reserve()) {
          throw new IOException("The poller group is closed.");
        }
      }
      return loop;
    } finally {
      lock.unlock();
    }
  }

  /** The loop, for a listening socket. */
  ConnectionLoop open() throws IOException {
    ConnectionLoop open = reserved();
    open.release();
    return open;
  }
}
