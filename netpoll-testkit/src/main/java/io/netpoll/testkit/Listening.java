package io.netpoll.testkit;

import java.net.ConnectException;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardProtocolFamily;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/** A listening socket as the simulated kernel keeps it: connections that nobody accepted yet. */
final class Listening {
  final SocketAddress address;

  /** The version of IP that a wildcard address stands for; null for both. */
  private final @Nullable ProtocolFamily only;

  /** Of the listening socket itself. */
  final Map<SocketOption<?>, Object> options;

  private final int backlog;
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition arrived = lock.newCondition();
  private final Queue<Side> queue = new ArrayDeque<>();
  private boolean closed;
  private volatile @Nullable Runnable watcher;

  Listening(
      SocketAddress address,
      @Nullable ProtocolFamily only,
      int backlog,
      Map<SocketOption<?>, Object> options) {
    this.only = only;
    this.options = new ConcurrentHashMap<>(options);
    this.address = address;
    this.backlog = Math.max(1, backlog);
  }

  /** Whether clients of an address reach this socket, if the port is the same. */
  boolean isReachedAt(SocketAddress remote) {
    return !(remote instanceof InetSocketAddress inet)
        || only == null
        || inet.getAddress() instanceof Inet6Address == (only == StandardProtocolFamily.INET6);
  }

  /** Whether this and another socket are for different versions of IP. */
  boolean isApartFrom(Listening other) {
    return only != null && other.only != null && only != other.only;
  }

  void watch(@Nullable Runnable watcher) {
    this.watcher = watcher;
  }

  /** Queues the accepting end of a connection. */
  void arrive(Side side) throws ConnectException {
    lock.lock();
    try {
      if (closed) {
        throw new ConnectException("Connection refused: " + address);
      }
      if (queue.size() >= backlog) {
        throw new ConnectException("Connection refused: backlog of " + address + " is full");
      }
      queue.add(side);
      arrived.signal();
    } finally {
      lock.unlock();
    }
    Runnable known = watcher;
    if (known != null) {
      known.run();
    }
  }

  boolean hasArrivals() {
    lock.lock();
    try {
      return !queue.isEmpty();
    } finally {
      lock.unlock();
    }
  }

  @Nullable Side next() {
    lock.lock();
    try {
      return queue.poll();
    } finally {
      lock.unlock();
    }
  }

  /** Waits for a connection; null after the timeout. */
  @Nullable Side next(Duration timeout) throws InterruptedException {
    long nanos = TimeUnit.NANOSECONDS.convert(timeout);
    lock.lockInterruptibly();
    try {
      while (queue.isEmpty() && nanos > 0) {
        nanos = arrived.awaitNanos(nanos);
      }
      return queue.poll();
    } finally {
      lock.unlock();
    }
  }

  /** Whether others may bind the address too, if theirs say so as well. */
  boolean sharesPort() {
    return Boolean.TRUE.equals(options.get(StandardSocketOptions.SO_REUSEPORT));
  }

  boolean isClosed() {
    lock.lock();
    try {
      return closed;
    } finally {
      lock.unlock();
    }
  }

  /** Frees the address; what was not accepted is reset. False if that was done before. */
  boolean stop() {
    Queue<Side> left = new ArrayDeque<>();
    lock.lock();
    try {
      if (closed) {
        return false;
      }
      closed = true;
      left.addAll(queue);
      queue.clear();
    } finally {
      lock.unlock();
    }
    Places.free(this);
    left.forEach(Side::abort);
    return true;
  }

  /** As {@link #stop()}; nothing holds the socket any more. */
  void close() {
    stop();
    Descriptors.closed(this);
  }

  @Override
  public String toString() {
    return "listening socket " + address;
  }
}
