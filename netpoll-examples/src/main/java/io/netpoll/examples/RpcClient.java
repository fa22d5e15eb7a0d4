package io.netpoll.examples;

import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.Dialer;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Calls a server: many threads share a few connections, and each waits for its own answer only,
 * whatever the order in which answers come.
 *
 * <p>Any thread may call any method. A connection that is lost fails its calls and is used no more;
 * the others go on.
 */
public final class RpcClient implements AutoCloseable {
  private final String address;
  private final List<RpcConnection> connections = new ArrayList<>();
  private final AtomicInteger turn = new AtomicInteger();

  private RpcClient(String address) {
    this.address = address;
  }

  /**
   * Connects to a server. Blocks until all connections are established.
   *
   * @param dialer makes the connections
   * @param network as in {@link Dialer#dial}
   * @param address as in {@link Dialer#dial}
   * @param connections how many, at least 1
   * @param timeout the longest wait for each connection, positive
   * @return a client, to be closed
   * @throws IOException if a connection cannot be made
   */
  public static RpcClient connect(
      Dialer dialer, String network, String address, int connections, Duration timeout)
      throws IOException {
    if (connections < 1) {
      throw new IllegalArgumentException("A client needs a connection, not " + connections + ".");
    }
    RpcClient client = new RpcClient(address);
    boolean complete = false;
    try {
      for (int i = 0; i < connections; i++) {
        client.connections.add(new RpcConnection(dialer.connect(network, address, timeout)));
      }
      complete = true;
    } finally {
      if (!complete) {
        client.close();
      }
    }
    return client;
  }

  /**
   * Sends a request and waits for its answer, over the next connection in turn.
   *
   * @param request at most 16 MiB; may be changed when this returns
   * @param timeout the longest wait for the answer, positive
   * @return the answer
   * @throws io.netpoll.ReadTimeoutException if the answer has not come in time; it is discarded
   *     when it comes
   * @throws ConnectionClosedException if the connection was lost before the answer came, or no
   *     connection is left, or this client is closed
   * @throws java.io.InterruptedIOException if the calling thread is interrupted
   * @throws IOException if the request cannot be sent otherwise
   */
  public byte[] call(byte[] request, Duration timeout) throws IOException {
    return next().call(request, timeout);
  }

  private RpcConnection next() throws ConnectionClosedException {
    int first = turn.getAndIncrement();
    for (int i = 0; i < connections.size(); i++) {
      RpcConnection candidate = connections.get(Math.floorMod(first + i, connections.size()));
      if (candidate.isUsable()) {
        return candidate;
      }
    }
    throw new ConnectionClosedException(
        Side.PEER, "No connection to " + address + " is left: connect again.", null);
  }

  /** Closes all connections; calls that wait fail at once. */
  @Override
  public void close() {
    connections.forEach(RpcConnection::close);
  }
}
