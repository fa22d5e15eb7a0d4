package io.netpoll.testkit.proxy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;

/**
 * A TCP proxy on the loopback interface that does to each connection what a {@link FaultPlan} says.
 * A test lets its clients connect to {@link #address()} in place of the server's.
 *
 * <p>It works with plain blocking sockets of the JDK, a thread for accepting and two for each
 * connection, which are daemons and named {@code netpoll-fault-proxy-…}. Where the server refuses a
 * connection, its client is reset. An end (FIN) that one side sends is passed on behind its bytes,
 * and a reset as a reset, unless an incident keeps them back.
 *
 * <p>Thread-safe.
 */
public final class FaultProxy implements AutoCloseable {
  private static final int BACKLOG = 1024;
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);

  private final InetSocketAddress server;
  private final IntFunction<FaultPlan> plans;
  private final ServerSocket listener;
  private final Set<Passage> passages = ConcurrentHashMap.newKeySet();

  /** The socket that the acceptor is connecting. */
  private volatile @Nullable Socket connecting;

  private final Thread acceptor = new Thread(this::accept, "netpoll-fault-proxy-acceptor");

  /**
   * Starts a proxy on a free port.
   *
   * @param server where connections are passed on to
   * @param plans gives the plan of each connection by its number, in the order of acceptance from 0
   *     on; called on the proxy's thread. {@code number -> FaultPlan.drawn(seed, number)} draws
   *     them from a seed.
   * @throws IOException if no port can be bound
   */
  public FaultProxy(InetSocketAddress server, IntFunction<FaultPlan> plans) throws IOException {
    this.server = server;
    this.plans = plans;
    listener = new ServerSocket(0, BACKLOG, InetAddress.getLoopbackAddress());
    acceptor.setDaemon(true);
    acceptor.start();
  }

  /**
   * Where to connect to.
   *
   * @return an address of the loopback interface; stays available after close
   */
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.getLocalSocketAddress();
  }

  /**
   * The number of connections that are not over: one is when both directions have ended.
   *
   * @return zero or more
   */
  public int connections() {
    return passages.size();
  }

  private void accept() {
    int number = 0;
    while (!listener.isClosed()) {
      try {
        Socket client = listener.accept();
        pass(client, number++);
      } catch (IOException failed) {
        // Closed, or out of descriptors, or the server refused: the next client may have more luck.
        LockSupport.parkNanos(PAUSE_NANOS);
      }
    }
  }

  private void pass(Socket client, int number) throws IOException {
    Socket upstream = new Socket();
    try {
      connect(upstream);
      Passage passage = new Passage(client, upstream, passages::remove);
      passages.add(passage);
      passage.start(plans.apply(number), "netpoll-fault-proxy-" + number);
    } catch (IOException | RuntimeException e) {
      Passage.reset(client);
      Passage.reset(upstream);
      throw e;
    }
  }

  private void connect(Socket upstream) throws IOException {
    connecting = upstream; // close() closes the listener first and looks here then
    if (listener.isClosed()) {
      throw new SocketException("The proxy is closed.");
    }
    upstream.connect(server);
    connecting = null;
  }

  /**
   * Stops listening, resets what is connected, and waits for the threads of that, which end at
   * once. Further calls do nothing.
   *
   * @throws IOException if the listening socket cannot be closed
   */
  @Override
  public void close() throws IOException {
    listener.close();
    Socket upstream = connecting;
    if (upstream != null) {
      upstream.close();
    }
    Passage.join(acceptor); // from here on there are no new ones
    for (Passage passage : passages) {
      passage.close();
    }
  }
}
