package io.netpoll.server;

import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.AcceptLoop;
import io.netpoll.core.group.EngineGroup;
import io.netpoll.internal.Addresses;
import io.netpoll.internal.Nanos;
import io.netpoll.spi.ListenSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A bound address: its one socket, or a socket for each loop. First on its own, then in the hands
 * of the one event loop that serves it.
 *
 * <pre>
 *   BOUND ── serve ──► SERVED ── close ──► CLOSED
 *     └───────────── close ──────────────────▲
 * </pre>
 *
 * <p>The lock decides which of these comes first, and is held for that only: what a decision brings
 * about, the sockets and loops, is seen to after it is released. It may take as long as a handler
 * holds a loop, and that handler may come here. Its group closes what is left open.
 */
final class BoundListener implements Listener {
  /**
   * How long to wait for the loops where a limit was given that is over, since closing comes last:
   * they need microseconds, unless a handler holds them.
   */
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final EngineGroup group;
  private final List<ListenSocket> sockets;
  private final Accepting accepting;
  private final Runnable groupCloses = this::groupCloses;

  private final ReentrantLock lock = new ReentrantLock();
  private boolean served; // under the lock
  private List<AcceptLoop> acceptLoops = List.of(); // under the lock
  private volatile boolean closed;

  /** What accepts at each of the sockets. */
  @FunctionalInterface
  interface Accepting {
    AcceptLoop at(int number, ListenSocket socket, ConnectionSettings settings) throws IOException;
  }

  private BoundListener(EngineGroup group, List<ListenSocket> sockets, Accepting accepting) {
    this.group = group;
    this.sockets = List.copyOf(sockets);
    this.accepting = accepting;
  }

  /**
   * A listener at sockets that are bound.
   *
   * @throws IOException if the group was closed meanwhile; the sockets are closed then
   */
  static BoundListener open(EngineGroup group, List<ListenSocket> sockets, Accepting accepting)
      throws IOException {
    BoundListener listener = new BoundListener(group, sockets, accepting);
    try {
      group.listening().addListener(listener.groupCloses);
    } catch (IOException e) {
      listener.beginClose();
      throw e;
    }
    return listener;
  }

  // ---- Serving -------------------------------------------------------------------------------

  /**
   * Takes it for the one event loop that is to {@link #accept} from it.
   *
   * @throws IllegalStateException if this is done already, or the listener is closed
   */
  void take() {
    lock.lock();
    try {
      if (closed) {
        throw new IllegalStateException("The listener on " + this + " is closed: make a new one.");
      }
      if (served) {
        throw new IllegalStateException("The listener on " + this + " is being served already.");
      }
      served = true;
    } finally {
      lock.unlock();
    }
  }

  /** Gives it back, taken but not accepted from. */
  void release() {
    lock.lock();
    try {
      served = false;
    } finally {
      lock.unlock();
    }
  }

  /**
   * Starts to accept connections, once it is taken. One that is closed meanwhile accepts none.
   *
   * @return the accept loops of its sockets
   * @throws IOException if it cannot; the listener is closed then, as after any other exception
   */
  List<AcceptLoop> accept(ConnectionSettings settings) throws IOException {
    boolean started = false;
    try {
      List<AcceptLoop> made = new ArrayList<>();
      for (ListenSocket socket : sockets) {
        made.add(accepting.at(made.size(), socket, settings));
      }
      if (isOpenWith(made)) {
        AcceptLoop.start(made);
      } else {
        made.forEach(AcceptLoop::close); // so that serve returns
      }
      started = true;
      return made;
    } finally {
      if (!started) {
        close();
      }
    }
  }

  /**
   * Shows the accept loops to the thread that closes the listener; false if that was done before.
   */
  private boolean isOpenWith(List<AcceptLoop> made) {
    lock.lock();
    try {
      acceptLoops = List.copyOf(made);
      return !closed;
    } finally {
      lock.unlock();
    }
  }

  @Override
  public SocketAddress localAddress() {
    return sockets.get(0).localAddress();
  }

  @Override
  public PollerGroup group() {
    return group;
  }

  EngineGroup engineGroup() {
    return group;
  }

  @Override
  public boolean isOpen() {
    return !closed;
  }

  // ---- Draining ------------------------------------------------------------------------------

  @Override
  public boolean drain(Duration limit) {
    ServingLoop.checkLimit(limit);
    return drain(List.of(this), Await.Limit.in(Nanos.of(limit)));
  }

  /** Drains listeners, all at once, as {@link #drain(Duration)}. */
  static boolean drain(Collection<BoundListener> all, Await.Limit limit) {
    Await.permit(() -> "Draining a listener");
    boolean drained = false;
    try {
      drained =
          AcceptLoop.drain(all.stream().flatMap(each -> each.open().stream()).toList(), limit);
    } catch (InterruptedIOException e) {
      // The interrupt flag stays set, for the caller to see.
    } finally {
      CompletableFuture<Void> closed = beginClose(all);
      if (drained) {
        Await.uninterruptibly(closed, limit);
      }
      awaitClosed(closed);
    }
    return drained;
  }

  /** What is to be drained: nothing if it is not served, or closed. */
  private List<AcceptLoop> open() {
    lock.lock();
    try {
      return closed ? List.of() : acceptLoops;
    } finally {
      lock.unlock();
    }
  }

  // ---- Closing -------------------------------------------------------------------------------

  @Override
  public void close() {
    Await.uninterruptibly(beginClose(), Await.Limit.in(AcceptLoop.LOOP_NANOS));
  }

  /** Closes it, unless an event loop has taken it. */
  void closeUnlessServed() {
    boolean free;
    lock.lock();
    try {
      free = !served;
      served = true;
    } finally {
      lock.unlock();
    }
    if (free) {
      close();
    }
  }

  /**
   * Closes listeners without waiting.
   *
   * @return completed when their sockets are closed
   */
  static CompletableFuture<Void> beginClose(Collection<BoundListener> all) {
    return CompletableFuture.allOf(
        all.stream().map(BoundListener::beginClose).toArray(CompletableFuture[]::new));
  }

  /** Waits until sockets are closed, for the moment that it takes where no handler holds a loop. */
  static void awaitClosed(CompletableFuture<Void> closed) {
    Await.uninterruptibly(closed, Await.Limit.in(MOMENT_NANOS));
  }

  private CompletableFuture<Void> beginClose() {
    return beginClose((IOException) null);
  }

  /**
   * Closes it, if that was not done before, without waiting.
   *
   * @param why what serve throws; null for nothing
   * @return completed when its sockets are closed
   */
  private CompletableFuture<Void> beginClose(@Nullable IOException why) {
    boolean first;
    List<AcceptLoop> served;
    lock.lock();
    try {
      first = !closed;
      closed = true;
      served = acceptLoops;
    } finally {
      lock.unlock();
    }
    if (first) {
      group.listening().removeListener(groupCloses);
      if (served.isEmpty()) {
        sockets.forEach(ListenSocket::close);
      } else {
        served.forEach(acceptance -> acceptance.close(why));
      }
    }
    return CompletableFuture.allOf(
        served.stream().map(AcceptLoop::freed).toArray(CompletableFuture[]::new));
  }

  private void groupCloses() {
    beginClose(new IOException("The poller group that served " + this + " was closed."));
  }

  @Override
  public String toString() {
    return Addresses.text(localAddress());
  }
}
