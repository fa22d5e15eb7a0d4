package io.netpoll.testkit;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One end of a simulated connection, as a kernel keeps it: what arrived and was not read, and how
 * the other end ended. Both ends share one lock; nobody is called while it is held.
 *
 * <p>It behaves like TCP on Linux where that matters to an engine: closing with unread input sends
 * RST instead of FIN, RST destroys what its receiver has not read, and the first send to a peer
 * that is gone succeeds and is answered with RST.
 */
final class Side {
  private static final int DEFAULT_WINDOW = 64 * 1024;

  final SocketAddress local;
  final SocketAddress remote;
  final Map<SocketOption<?>, Object> options = new ConcurrentHashMap<>();

  private final ReentrantLock lock;
  private final Condition changed;
  private final ByteQueue incoming = new ByteQueue();
  private @Nullable Side other;
  private volatile @Nullable Runnable watcher;

  // All guarded by the lock.
  private int window = DEFAULT_WINDOW;
  private boolean inputEnded;
  private boolean outputEnded;
  private boolean reset;
  private boolean closed;

  private Side(ReentrantLock lock, Condition changed, SocketAddress local, SocketAddress remote) {
    this.lock = lock;
    this.changed = changed;
    this.local = local;
    this.remote = remote;
  }

  /** Connects two ends, and returns that of the dialing side. */
  static Side connect(SocketAddress dialing, SocketAddress accepting) {
    ReentrantLock lock = new ReentrantLock();
    Condition changed = lock.newCondition();
    Side dialer = new Side(lock, changed, dialing, accepting);
    Side acceptor = new Side(lock, changed, accepting, dialing);
    dialer.other = acceptor;
    acceptor.other = dialer;
    return dialer;
  }

  Side other() {
    Side known = other;
    if (known == null) {
      throw new IllegalStateException("This end is not connected.");
    }
    return known;
  }

  /** Who is told, without a lock held, that something changed; null for nobody. */
  void watch(@Nullable Runnable watcher) {
    this.watcher = watcher;
  }

  /**
   * Sends what fits into the window of the other end.
   *
   * @return the number of bytes taken
   */
  int write(ByteBuffer from, boolean ignoreWindow) throws IOException {
    return change(
        () -> {
          Side peer = other();
          if (closed) {
            throw new IOException("Socket closed");
          }
          if (reset) {
            throw new IOException("Connection reset by peer");
          }
          if (outputEnded) {
            throw new IOException("Broken pipe");
          }
          int length = from.remaining();
          if (peer.closed) {
            from.position(from.limit());
            receiveReset();
            return length;
          }
          int taken =
              ignoreWindow
                  ? length
                  : Math.max(0, Math.min(length, peer.window - peer.incoming.size()));
          peer.incoming.put(from, taken);
          return taken;
        });
  }

  /**
   * Reads what is there.
   *
   * @return the number of bytes, 0 if there are none now, -1 at the end of input
   */
  int read(ByteBuffer into) throws IOException {
    return change(
        () -> {
          if (reset) {
            throw new IOException("Connection reset by peer");
          }
          int taken = incoming.take(into);
          return taken == 0 && inputEnded && into.hasRemaining() ? -1 : taken;
        });
  }

  void shutdownOutput() throws IOException {
    change(
        () -> {
          if (reset) {
            throw new IOException("Transport endpoint is not connected");
          }
          end();
          return true;
        });
  }

  /** Closes with FIN, or with RST if input is unread. */
  void close() {
    change(
        () -> {
          if (!closed) {
            if (incoming.size() > 0) {
              other().receiveReset();
            } else if (!reset) {
              end();
            }
            closed = true;
            Descriptors.closed(this);
          }
          return true;
        });
  }

  /** Closes with RST; with FIN where the kind of socket has no RST. */
  void abort() {
    if (local instanceof UnixDomainSocketAddress) {
      close();
      return;
    }
    change(
        () -> {
          if (!closed) {
            other().receiveReset();
            closed = true;
            Descriptors.closed(this);
          }
          return true;
        });
  }

  private void end() {
    outputEnded = true;
    other().inputEnded = true;
  }

  private void receiveReset() {
    if (!closed) {
      reset = true;
      incoming.clear();
    }
  }

  /** Sets how many unread bytes this end holds before the other end's socket is full. */
  void setWindow(int bytes) {
    change(() -> window = bytes);
  }

  int available() {
    return look(incoming::size);
  }

  boolean isReadable() {
    return look(() -> reset || inputEnded || incoming.size() > 0);
  }

  boolean isWritable() {
    return look(
        () -> reset || outputEnded || other().closed || other().window > other().incoming.size());
  }

  boolean isClosed() {
    return look(() -> closed);
  }

  boolean isReset() {
    return look(() -> reset);
  }

  boolean isInputEnded() {
    return look(() -> inputEnded);
  }

  /** Waits until a condition holds that is checked after each change. */
  boolean await(Duration timeout, BooleanSupplier condition) throws InterruptedException {
    long nanos = TimeUnit.NANOSECONDS.convert(timeout);
    lock.lockInterruptibly();
    try {
      while (!condition.getAsBoolean()) {
        if (nanos <= 0) {
          return false;
        }
        nanos = changed.awaitNanos(nanos);
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private <T> T look(Action<T, RuntimeException> action) {
    lock.lock();
    try {
      return action.run();
    } finally {
      lock.unlock();
    }
  }

  private <T, X extends Exception> T change(Action<T, X> action) throws X {
    lock.lock();
    try {
      return action.run();
    } finally {
      changed.signalAll();
      lock.unlock();
      signal();
      other().signal();
    }
  }

  private void signal() {
    Runnable known = watcher;
    if (known != null) {
      known.run();
    }
  }

  @Override
  public String toString() {
    return "connection " + local + " - " + remote;
  }
}
