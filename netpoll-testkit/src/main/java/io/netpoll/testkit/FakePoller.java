package io.netpoll.testkit;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Watches simulated sockets. Each poll asks everything watched whether something is due, so
 * readiness is level-triggered by construction; a change of any socket wakes the poll to ask again.
 *
 * <p>{@code watched}, {@code batch} and {@code batches} are the leader's. The lock guards only
 * {@code woken} and the wait; nobody is called while it is held but {@link Watched#isDue()}.
 */
final class FakePoller implements Poller {
  private final PageSource pages;
  private final LeaderGuard guard = new LeaderGuard();
  private final Set<Watched> watched = new LinkedHashSet<>();
  private final Queue<Watched> batch = new ArrayDeque<>();
  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private long batches;
  private boolean woken;
  private volatile boolean closed;

  FakePoller(PageSource pages) {
    this.pages = pages;
  }

  PageSource pages() {
    return pages;
  }

  /** A socket changed: look again, if somebody waits. */
  void signal() {
    lock.lock();
    try {
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** Which batch is current: what is closed during one has its last event in a later one. */
  long batchNumber() {
    return batches;
  }

  void forget(Watched gone) {
    watched.remove(gone);
  }

  void asLeader(String method, Runnable action) {
    guard.run(method, action);
  }

  <T, X extends Exception> T asLeader(String method, Action<T, X> action) throws X {
    return guard.call(method, action);
  }

  @Override
  public int poll(long timeoutNanos) throws IOException {
    return guard.callOutermost("poll()", () -> collect(timeoutNanos));
  }

  private int collect(long timeoutNanos) throws IOException {
    refuseClosed("poll()");
    if (!batch.isEmpty()) {
      throw Violations.record("poll() with " + batch.size() + " events of the batch left.");
    }
    FakeNetwork.countPoll();
    batches++;
    long left = timeoutNanos;
    lock.lock();
    try {
      while (true) {
        Fault.POLL.strike();
        watched.stream().filter(Watched::isDue).forEach(batch::add);
        if (!batch.isEmpty() || woken || left <= 0 || Thread.currentThread().isInterrupted()) {
          woken = false;
          return batch.size();
        }
        left = await(left);
      }
    } finally {
      lock.unlock();
    }
  }

  /** An interrupt ends the wait and stays set, as with a selector. */
  private long await(long nanos) {
    try {
      if (nanos == Long.MAX_VALUE) {
        changed.await();
        return nanos;
      }
      return changed.awaitNanos(nanos);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 0;
    }
  }

  @Override
  public boolean dispatch() {
    return guard.callOutermost(
        "dispatch()",
        () -> {
          refuseClosed("dispatch()");
          Watched next = batch.poll();
          if (next == null) {
            return false;
          }
          telling(next::dispatch);
          return true;
        });
  }

  private static void telling(Runnable event) {
    try {
      event.run();
    } catch (RuntimeException | Error e) {
      if (!Violations.found().contains(e)) {
        Violations.record("An endpoint or acceptor threw " + e + ".").initCause(e);
      }
      throw e;
    }
  }

  @Override
  public void wakeup() {
    lock.lock();
    try {
      woken = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public Handle accept(ListenSocket socket, Map<SocketOption<?>, Object> options, Acceptor acceptor)
      throws IOException {
    return asLeader(
        "accept()",
        () -> {
          refuseClosed("accept()");
          if (!(socket instanceof FakeListenSocket fake)) {
            throw Violations.record("accept() of a socket of another backend: " + socket + ".");
          }
          Map<SocketOption<?>, Object> checked = Options.checked(fake.localAddress(), options);
          FakeListenHandle handle = new FakeListenHandle(this, fake.take(), checked, acceptor);
          watched.add(handle);
          return handle;
        });
  }

  @Override
  public Handle attach(StreamSocket socket, Endpoint endpoint) throws IOException {
    return asLeader(
        "attach()",
        () -> {
          if (!(socket instanceof FakeStreamSocket fake)) {
            throw Violations.record("attach() of a socket of another backend: " + socket + ".");
          }
          Side side = fake.take();
          try {
            refuseClosed("attach()");
            Fault.ATTACH.strike();
          } catch (IOException | RuntimeException e) {
            side.abort();
            throw e;
          }
          FakeHandle handle = new FakeHandle(this, Connecting.done(side), true, endpoint);
          watched.add(handle);
          return handle;
        });
  }

  @Override
  public Handle connect(
      SocketAddress remote,
      @Nullable SocketAddress local,
      Map<SocketOption<?>, Object> options,
      Endpoint endpoint)
      throws IOException {
    return asLeader(
        "connect()",
        () -> {
          refuseClosed("connect()");
          Map<SocketOption<?>, Object> checked = Options.checked(remote, options);
          Fault.CONNECT.strike();
          Connecting connecting = Connecting.begin(remote, Places.localFor(remote, local));
          IOException refusal = connecting.refusal();
          if (refusal != null && remote instanceof UnixDomainSocketAddress) {
            throw refusal; // As the kernel does: Unix-domain sockets are refused at once.
          }
          Side side = connecting.side();
          Descriptors.opened(side);
          side.options.putAll(checked);
          FakeHandle handle = new FakeHandle(this, connecting, false, endpoint);
          watched.add(handle);
          return handle;
        });
  }

  @Override
  public void close() {
    guard.callOutermost(
        "close()",
        () -> {
          if (!closed) {
            batch.clear();
            List<Watched> all = new ArrayList<>(watched);
            all.forEach(each -> telling(each::closeWithPoller));
            watched.clear();
            closed = true;
            FakeNetwork.forget(this);
          }
          return true;
        });
  }

  private void refuseClosed(String method) {
    if (closed) {
      throw Violations.record(method + " after the poller was closed.");
    }
  }

  @Override
  public String toString() {
    return "fake poller " + Integer.toHexString(System.identityHashCode(this));
  }
}
