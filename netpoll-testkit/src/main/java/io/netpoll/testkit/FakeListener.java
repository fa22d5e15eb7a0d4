package io.netpoll.testkit;

import java.net.SocketAddress;
import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** A listening socket that the test holds, as a remote server would. */
public final class FakeListener implements AutoCloseable {
  private final Listening listening;

  FakeListener(Listening listening) {
    this.listening = listening;
  }

  /**
   * Where it listens.
   *
   * @return the address, with the port chosen for port 0
   */
  public SocketAddress address() {
    return listening.address;
  }

  /**
   * Accepts the next connection.
   *
   * @param timeout how long to wait for one
   * @return the server's end
   * @throws AssertionError if none came in time
   * @throws InterruptedException if interrupted
   */
  public FakePeer accept(Duration timeout) throws InterruptedException {
    Side side = listening.next(timeout);
    if (side == null) {
      throw new AssertionError(
          "Nobody connected to "
              + address()
              + " within "
              + TimeUnit.MILLISECONDS.convert(timeout)
              + " ms.");
    }
    return new FakePeer(side);
  }

  /** Stops listening: connecting is refused from now on, and who was not accepted is reset. */
  @Override
  public void close() {
    listening.close();
  }
}
