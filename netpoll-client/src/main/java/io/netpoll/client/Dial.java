package io.netpoll.client;

import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.connection.PendingDial;
import io.netpoll.core.execution.Await;
import io.netpoll.core.group.Delayed;
import io.netpoll.core.group.EngineGroup;
import io.netpoll.spi.BacklogFullException;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.net.UnknownHostException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * One dial, from the name to the first connection that is established (RFC 8305).
 *
 * <pre>
 *   LOOKING UP ──► TRYING ──► over: connected, failed, timed out or given up
 *       └───────────────────────▲
 * </pre>
 *
 * Trying begins when the addresses are known and the group is there, whichever comes later: in the
 * first dial of a process the group may have to be opened, and takes longer.
 *
 * <p>The addresses are tried in their order. The next one is tried as soon as the newest attempt
 * has failed, or beside it once that has lasted for the attempt delay. The first connection wins;
 * what is half open then, or is established later all the same, is closed.
 *
 * <p>An address whose queue of connections is full is tried again, with pauses that double from a
 * millisecond to {@link #LONGEST_PAUSE_NANOS}; all the while it counts as one that has not
 * answered.
 *
 * <p>Helper threads, poll loops' leaders and callers move it on, each under the lock, which is
 * never held while waiting. Whoever sets {@code over} completes the result, outside of the lock; so
 * exactly one does.
 */
final class Dial implements Resolver.Answer, Await.Arrivals {
  private static final long FIRST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final long LONGEST_PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

  private final DialOptions options;
  private final Target target;
  private final CompletableFuture<EngineConnection> result = new CompletableFuture<>();

  private final ReentrantLock lock = new ReentrantLock();

  private final DialReport report; // what it notes, under the lock

  // Under the lock.
  private final ArrayDeque<SocketAddress> untried = new ArrayDeque<>();
  private final List<Attempt> underWay = new ArrayList<>();
  private int running;
  private @Nullable Attempt newest;
  private @Nullable EngineGroup group; // set before the first attempt
  private @Nullable Delayed delay;
  private @Nullable Delayed pause;
  private long pauseNanos = FIRST_PAUSE_NANOS;
  private Resolver.@Nullable LookUp lookUp;
  private boolean over;

  private Dial(DialOptions options, Target target, DialReport report) {
    this.options = options;
    this.target = target;
    this.report = report;
  }

  /**
   * Starts to look up whom to dial. {@link #begin}, or one of the methods that end it, must follow.
   * Never waits.
   *
   * @param report knows of the dial's time, of which the caller takes care
   */
  static Dial prepare(DialOptions options, Target target, DialReport report) {
    Dial dial = new Dial(options, target, report);
    dial.lookUp();
    return dial;
  }

  /** Connects as soon as the addresses are known. Never waits. */
  void begin(EngineGroup group) {
    boolean known;
    lock.lock();
    try {
      this.group = group;
      known = !untried.isEmpty();
    } finally {
      lock.unlock();
    }
    if (known) {
      tryNext();
    }
  }

  /**
   * The connection, or the exception that tells what happened. Completed on a thread that must
   * neither wait nor call user code, and is the caller's in {@link #giveUp} and {@link #timeOut}.
   */
  CompletableFuture<EngineConnection> result() {
    return result;
  }

  /** The loops of the attempts handle what has arrived: one may be established already. */
  @Override
  public CompletableFuture<?> caughtUp() {
    List<PendingDial> pending = new ArrayList<>();
    lock.lock();
    try {
      for (Attempt attempt : underWay) {
        pending.add(Objects.requireNonNull(attempt.pending));
      }
    } finally {
      lock.unlock();
    }
    return CompletableFuture.allOf(
        pending.stream().map(PendingDial::caughtUp).toArray(CompletableFuture<?>[]::new));
  }

  /** Whether the outcome is decided: the result is complete then, or in a moment. */
  boolean isOver() {
    lock.lock();
    try {
      return over;
    } finally {
      lock.unlock();
    }
  }

  /** Ends it because its time is over. */
  void timeOut() {
    end(null);
  }

  /** Ends it for another reason. A connection that was established before is left to the result. */
  void giveUp(Throwable why) {
    end(why);
  }

  /** Ends it because nobody wants it any more. */
  void abandon() {
    end(new IOException("The caller has given up."));
  }

  /** Ends it for a reason; null for the time. */
  private void end(@Nullable Throwable why) {
    Throwable failure = why;
    List<Attempt> losers;
    lock.lock();
    try {
      if (over) {
        return;
      }
      if (failure == null) {
        failure = report.timedOut(unanswered(), untried.size());
      }
      losers = decide();
    } finally {
      lock.unlock();
    }
    fail(losers, failure);
  }

  private List<SocketAddress> unanswered() {
    List<SocketAddress> addresses = new ArrayList<>();
    for (Attempt attempt : underWay) {
      addresses.add(attempt.address);
    }
    return addresses;
  }

  /** Decides that it is over; returns the attempts to {@link #stop}. Under the lock. */
  private List<Attempt> decide() {
    List<Attempt> losers = new ArrayList<>(underWay); // first: there may be no memory
    over = true;
    return losers;
  }

  /** Fails the result, by whoever has decided that. */
  private void fail(List<Attempt> losers, Throwable why) {
    try {
      stop(losers);
    } finally { // also where there is no memory to stop them: somebody waits
      result.completeExceptionally(why);
    }
  }

  /** Stops what goes on still, by whoever has decided that it is over. */
  private void stop(List<Attempt> losers) {
    lock.lock();
    try {
      if (delay != null) {
        delay.cancel();
      }
      if (pause != null) {
        pause.cancel();
      }
      if (lookUp != null) {
        lookUp.giveUp();
      }
    } finally {
      lock.unlock();
    }
    for (Attempt loser : losers) {
      loser.giveUp();
    }
  }

  // ---- Looking up ----------------------------------------------------------------------------

  private void lookUp() {
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
      lookUp = Resolver.SHARED.start(options, host, this);
    } catch (RuntimeException | OutOfMemoryError noThread) {
      failure = noThread;
    } finally {
      lock.unlock();
    }
    if (failure != null) {
      giveUp(report.notResolved(failure));
    }
  }

  /** The answer of the look-up. */
  @Override
  public void found(@Nullable List<InetAddress> found, @Nullable Throwable failure) {
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
    boolean begun;
    lock.lock();
    try {
      for (SocketAddress address : addresses) {
        untried.add(address);
      }
      begun = group != null;
    } finally {
      lock.unlock();
    }
    if (begun) {
      tryNext();
    }
  }

  /** The group, in an attempt or behind one. */
  private EngineGroup group() {
    return Objects.requireNonNull(group);
  }

  private void tryNext() {
    Attempt attempt;
    lock.lock();
    try {
      SocketAddress address = over ? null : untried.poll();
      if (address == null) {
        return;
      }
      attempt = new Attempt(address);
      newest = attempt;
      running++;
    } finally {
      lock.unlock();
    }
    attempt.begin();
  }

  /** A connection that is established at one of the addresses. Its times are under the lock. */
  private final class Attempt implements BiConsumer<EngineConnection, Throwable> {
    private final SocketAddress address;
    private @Nullable PendingDial pending;

    Attempt(SocketAddress address) {
      this.address = address;
    }

    /** For the first time, or again after a pause. */
    void begin() {
      PendingDial begun;
      try {
        begun = group().startToConnect(address, target.local(), options.connections());
      } catch (IOException | RuntimeException e) {
        ended(this, null, e);
        return;
      }
      if (!isToGoOn(begun)) {
        begun.giveUp();
      }
      begun.result().whenComplete(this);
    }

    /** Notes an attempt that has begun; returns false if the dial is over. */
    private boolean isToGoOn(PendingDial begun) {
      lock.lock();
      try {
        if (over) {
          return false;
        }
        pending = begun;
        underWay.add(this);
        if (!untried.isEmpty()) {
          if (delay != null) {
            delay.cancel();
          }
          // Where no loop is left, the attempts fail, and the rest is tried, and fails.
          delay =
              group().schedule(options.attemptDelayNanos(), this::delayIsOver, noLoopIsLeft -> {});
        }
        return true;
      } finally {
        lock.unlock();
      }
    }

    private void delayIsOver() {
      boolean isNewest;
      lock.lock();
      try {
        isNewest = this == newest && underWay.contains(this);
      } finally {
        lock.unlock();
      }
      if (isNewest) {
        tryNext();
      }
    }

    @Override
    public void accept(@Nullable EngineConnection connection, @Nullable Throwable failure) {
      ended(this, connection, failure);
    }

    /** Begins again, unless the dial is over. */
    void tryAgain() {
      lock.lock();
      try {
        if (over) {
          return;
        }
      } finally {
        lock.unlock();
      }
      begin();
    }

    /** For one that was under way when the dial ended. */
    void giveUp() {
      Objects.requireNonNull(pending).giveUp();
    }
  }

  private void ended(
      Attempt attempt, @Nullable EngineConnection connection, @Nullable Throwable failure) {
    if (connection != null) {
      connected(attempt, connection);
    } else if (failure instanceof BacklogFullException full) {
      tryAgainLater(attempt, full);
    } else if (failure instanceof IOException refusal) {
      failed(attempt, refusal);
    } else if (failure instanceof Error shortage) {
      failed(attempt, new IOException(shortage.toString(), shortage));
    } else {
      giveUp(Objects.requireNonNull(failure)); // it would fail at every address
    }
  }

  private void connected(Attempt attempt, EngineConnection connection) {
    try {
      List<Attempt> losers;
      lock.lock();
      try {
        underWay.remove(attempt);
        running--;
        losers = over ? null : decide();
      } finally {
        lock.unlock();
      }
      if (losers == null) {
        connection.close();
        return;
      }
      stop(losers);
      connection.begin();
    } catch (Throwable noMemory) { // somebody waits for the dial
      connection.abort();
      result.completeExceptionally(new IOException(noMemory.toString(), noMemory));
      return;
    }
    if (!result.complete(connection)) {
      connection.abort(); // where there was no memory, it was said that there is none
    }
  }

  /** Lets an attempt rest, which counts as running all the while. */
  private void tryAgainLater(Attempt attempt, BacklogFullException full) {
    long nanos;
    lock.lock();
    try {
      underWay.remove(attempt);
      report.full(attempt.address, full);
      nanos = pauseNanos;
      pauseNanos = Math.min(2 * pauseNanos, LONGEST_PAUSE_NANOS);
    } finally {
      lock.unlock();
    }
    // Without the lock: where no loop is left, it ends the dial on the spot.
    Delayed ordered = group().schedule(nanos, attempt::tryAgain, this::giveUp);
    lock.lock();
    try {
      if (over) {
        ordered.cancel();
      } else {
        pause = ordered;
      }
    } finally {
      lock.unlock();
    }
  }

  private void failed(Attempt attempt, IOException cause) {
    boolean isNewest;
    ConnectException refused = null;
    List<Attempt> losers = List.of();
    lock.lock();
    try {
      underWay.remove(attempt);
      running--;
      if (over) {
        return;
      }
      report.failed(attempt.address, cause);
      isNewest = attempt == newest;
      if (running == 0 && untried.isEmpty()) {
        refused = report.refused();
        losers = decide();
      }
    } finally {
      lock.unlock();
    }
    if (refused != null) {
      fail(losers, refused);
    } else if (isNewest) {
      tryNext();
    }
  }
}
