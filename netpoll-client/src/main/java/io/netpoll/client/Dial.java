package io.netpoll.client;

import io.netpoll.core.Delayed;
import io.netpoll.core.EngineConnection;
import io.netpoll.core.EngineGroup;
import io.netpoll.core.PendingDial;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * One dial, from the name to the first connection that is established (RFC 8305).
 *
 * <pre>
 *   LOOKING UP ──► TRYING ──► over: connected, failed, timed out or given up
 *       └───────────────────────▲
 * </pre>
 *
 * The addresses are tried in their order. The next one is tried as soon as the newest attempt has
 * failed, or beside it once that has lasted for the attempt delay. The first connection wins; what
 * is half open then, or is established later all the same, is closed.
 *
 * <p>Helper threads, poll loops' leaders and callers move it on, each under the lock, which is
 * never held while waiting. Whoever sets {@code over} completes the result, outside of the lock; so
 * exactly one does.
 */
final class Dial {
  private final EngineGroup group;
  private final DialOptions options;
  private final Target target;
  private final CompletableFuture<EngineConnection> result = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();

  private final DialReport report; // what it notes, under the lock

  // Under the lock.
  private final ArrayDeque<SocketAddress> untried = new ArrayDeque<>();
  private final Map<SocketAddress, PendingDial> underWay = new LinkedHashMap<>();
  private int running;
  private @Nullable SocketAddress newest;
  private @Nullable Delayed delay;
  private Resolver.@Nullable LookUp lookUp;
  private boolean over;

  private Dial(EngineGroup group, DialOptions options, Target target) {
    this.group = group;
    this.options = options;
    this.target = target;
    this.report = new DialReport(target.name());
  }

  /** Starts a dial. Never waits. */
  static Dial start(EngineGroup group, DialOptions options, Target target) {
    Dial dial = new Dial(group, options, target);
    dial.begin();
    return dial;
  }

  /**
   * The connection, or the exception that tells what happened. Completed on a thread that must
   * neither wait nor call user code, and is the caller's in {@link #giveUp} and {@link #timeOut}.
   */
  CompletableFuture<EngineConnection> result() {
    return result;
  }

  /** Ends it because its time is over. */
  void timeOut() {
    end(() -> report.timedOut(underWay.keySet(), untried.size()));
  }

  /** Ends it for another reason. A connection that was established before is left to the result. */
  void giveUp(Throwable why) {
    end(() -> why);
  }

  /** Ends it because nobody wants it any more. */
  void abandon() {
    end(() -> new IOException("The caller has given up."));
  }

  private void end(Supplier<Throwable> why) {
    List<PendingDial> losers;
    Throwable failure;
    lock.lock();
    try {
      if (over) {
        return;
      }
      failure = why.get();
      losers = finish();
    } finally {
      lock.unlock();
    }
    losers.forEach(PendingDial::giveUp);
    result.completeExceptionally(failure);
  }

  /** Ends it; returns the attempts to give up. Under the lock. */
  private List<PendingDial> finish() {
    over = true;
    if (delay != null) {
      delay.cancel();
    }
    if (lookUp != null) {
      lookUp.giveUp();
    }
    return new ArrayList<>(underWay.values());
  }

  // ---- Looking up ----------------------------------------------------------------------------

  private void begin() {
    String host = target.hostToLookUp();
    if (host != null) {
      lookUp(host);
      return;
    }
    try {
      tryAll(target.addresses());
    } catch (UnknownHostException e) {
      giveUp(report.unknownHost(e));
    }
  }

  private void lookUp(String host) {
    Throwable failure = null;
    lock.lock(); // so that the answer comes after the assignment
    try {
      lookUp = Resolver.start(options.resolver(), host, this::lookedUp);
    } catch (OutOfMemoryError noThread) {
      failure = noThread;
    } finally {
      lock.unlock();
    }
    if (failure != null) {
      giveUp(report.notResolved(failure));
    }
  }

  private void lookedUp(@Nullable List<InetAddress> found, @Nullable Throwable failure) {
    lock.lock();
    try {
      lookUp = null;
    } finally {
      lock.unlock();
    }
    if (found == null) {
      giveUp(
          failure instanceof UnknownHostException
              ? report.unknownHost(failure)
              : report.notResolved(Objects.requireNonNull(failure)));
      return;
    }
    try {
      tryAll(target.addresses(found));
    } catch (UnknownHostException e) {
      giveUp(report.unknownHost(e));
    }
  }

  // ---- Trying --------------------------------------------------------------------------------

  private void tryAll(List<SocketAddress> addresses) {
    lock.lock();
    try {
      untried.addAll(addresses);
    } finally {
      lock.unlock();
    }
    tryNext();
  }

  private void tryNext() {
    SocketAddress address;
    lock.lock();
    try {
      address = over ? null : untried.poll();
      if (address == null) {
        return;
      }
      newest = address;
      running++;
    } finally {
      lock.unlock();
    }
    PendingDial attempt;
    try {
      attempt = group.startToConnect(address, target.local(), options.connections());
    } catch (IOException | RuntimeException e) {
      ended(address, null, e);
      return;
    }
    if (!isToGoOn(address, attempt)) {
      attempt.giveUp();
    }
    attempt.result().whenComplete((connection, failure) -> ended(address, connection, failure));
  }

  /** Notes an attempt that has begun; returns false if the dial is over. */
  private boolean isToGoOn(SocketAddress address, PendingDial attempt) {
    lock.lock();
    try {
      if (over) {
        return false;
      }
      underWay.put(address, attempt);
      if (!untried.isEmpty()) {
        if (delay != null) {
          delay.cancel();
        }
        delay =
            group.schedule(
                options.attemptDelayNanos(),
                () -> delayIsOver(address),
                noLoopIsLeft -> {}); // then the attempts fail, and the rest is tried, and fails
      }
      return true;
    } finally {
      lock.unlock();
    }
  }

  private void delayIsOver(SocketAddress address) {
    boolean isNewest;
    lock.lock();
    try {
      isNewest = address == newest && underWay.containsKey(address);
    } finally {
      lock.unlock();
    }
    if (isNewest) {
      tryNext();
    }
  }

  private void ended(
      SocketAddress address, @Nullable EngineConnection connection, @Nullable Throwable failure) {
    if (connection != null) {
      connected(address, connection);
    } else if (failure instanceof IOException refusal) {
      failed(address, refusal);
    } else if (failure instanceof Error shortage) {
      failed(address, new IOException(shortage.toString(), shortage));
    } else {
      giveUp(Objects.requireNonNull(failure)); // it would fail at every address
    }
  }

  private void connected(SocketAddress address, EngineConnection connection) {
    List<PendingDial> losers;
    lock.lock();
    try {
      underWay.remove(address);
      running--;
      losers = over ? null : finish();
    } finally {
      lock.unlock();
    }
    if (losers == null) {
      connection.close();
      return;
    }
    losers.forEach(PendingDial::giveUp);
    try {
      connection.begin();
    } catch (Throwable noMemory) { // somebody waits for the dial
      connection.abort();
      result.completeExceptionally(new IOException(noMemory.toString(), noMemory));
      return;
    }
    result.complete(connection);
  }

  private void failed(SocketAddress address, IOException cause) {
    boolean isNewest;
    ConnectException refused = null;
    lock.lock();
    try {
      underWay.remove(address);
      running--;
      if (over) {
        return;
      }
      report.failed(address, cause);
      isNewest = address == newest;
      if (running == 0 && untried.isEmpty()) {
        finish();
        refused = report.refused();
      }
    } finally {
      lock.unlock();
    }
    if (refused != null) {
      result.completeExceptionally(refused);
    } else if (isNewest) {
      tryNext();
    }
  }
}
