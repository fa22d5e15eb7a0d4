package io.netpoll.core.group;

import io.netpoll.buffer.PagePool;
import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.execution.Await;
import io.netpoll.core.execution.FollowerThreads;
import io.netpoll.core.execution.HandlerLoop;
import io.netpoll.core.execution.LoopThread;
import io.netpoll.core.loop.Log;
import io.netpoll.core.loop.LoopLife;
import io.netpoll.core.loop.LoopOwner;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The poll loops of a group: opens them, starts their threads, retires them, replaces broken ones,
 * closes them. Any thread.
 *
 * <p>The list of loops that take new connections is replaced as a whole under a lock and read
 * without one. Its first loop is never retired, and watches the listening sockets, except where
 * each loop has one of its own.
 *
 * <p>A loop leaves the list before it refuses anything, for whatever reason it ends. So a thread
 * that was refused reads the list again and finds another one, and never waits for that.
 */
final class GroupLoops {
  /** Loops that react have ended by then, as {@link LoopLife} says. */
  private static final long LONGEST_END_NANOS = LoopLife.CLOSE_NANOS + TimeUnit.SECONDS.toNanos(1);

  private final EngineGroup group;
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();

  private volatile List<ConnectionLoop> current = List.of();
  private volatile boolean closed;

  /** All loops that have not ended, retired ones included. Under the lock. */
  private final List<ConnectionLoop> running = new ArrayList<>();

  /** How many loops were made. */
  private final AtomicInteger made = new AtomicInteger();

  GroupLoops(EngineGroup group, String name) {
    this.group = group;
    this.name = name;
  }

  /** Those that take new connections; empty once the group is closed. */
  List<ConnectionLoop> current() {
    return current;
  }

  /** All that have not ended. */
  List<ConnectionLoop> running() {
    lock.lock();
    try {
      return List.copyOf(running);
    } finally {
      lock.unlock();
    }
  }

  /** Those that take new connections; refused if there is none. */
  List<ConnectionLoop> usable() throws IOException {
    List<ConnectionLoop> all = current;
    if (closed || all.isEmpty()) {
      throw over();
    }
    return all;
  }

  /** Why nothing can be done here any more. */
  IOException over() {
    return closed
        ? groupClosed()
        : new IOException(
            "The poller group "
                + name
                + " has no poll loop left, since its pollers broke and none could be opened: close"
                + " it, or call setLoops.");
  }

  /** Why nothing can be done once the group closes. */
  IOException groupClosed() {
    return new IOException("The poller group " + name + " is closed.");
  }

  /** Makes a loop that is not started. */
  private ConnectionLoop make(PollerProvider provider) throws IOException {
    Member member = new Member();
    ConnectionLoop loop =
        new ConnectionLoop(
            group,
            group.starter(),
            provider,
            provider.open(PagePool.shared()),
            made.getAndIncrement(),
            member);
    member.loop = loop;
    return loop;
  }

  /** Learns what becomes of one loop. */
  private final class Member implements LoopOwner {
    /** Set before the loop is started. */
    private @Nullable ConnectionLoop loop;

    @Override
    public void loopBreaks() {
      replace(Objects.requireNonNull(loop));
    }

    @Override
    public void loopEnded() {
      ended(Objects.requireNonNull(loop));
    }
  }

  /** Opens a loop beside those that connections are spread over. */
  ConnectionLoop openBeside(PollerProvider other) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw over();
      }
      ConnectionLoop loop = make(other);
      try {
        start(loop);
      } finally {
        if (!running.contains(loop)) {
          loop.abandon();
        }
      }
      return loop;
    } finally {
      lock.unlock();
    }
  }

  /** Opens loops, or retires the last ones, until there are as many as wanted; or changes none. */
  void resize(int wanted) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw over();
      }
      List<ConnectionLoop> now = current;
      List<ConnectionLoop> then = new ArrayList<>(now.subList(0, Math.min(wanted, now.size())));
      then.addAll(startFresh(wanted - then.size()));
      current = List.copyOf(then);
      if (now.size() > wanted) {
        now.subList(wanted, now.size()).forEach(ConnectionLoop::retire);
      }
    } finally {
      lock.unlock();
    }
  }

  private List<ConnectionLoop> startFresh(int count) throws IOException {
    List<ConnectionLoop> fresh = new ArrayList<>();
    try {
      while (fresh.size() < count) {
        fresh.add(make(group.provider()));
      }
      for (ConnectionLoop loop : fresh) {
        start(loop);
      }
      return fresh;
    } catch (IOException | OutOfMemoryError e) { // the latter: no thread or no memory to be had
      fresh.forEach(this::drop);
      throw e instanceof IOException io ? io : new IOException("No resources for a loop.", e);
    }
  }

  private void drop(ConnectionLoop loop) {
    if (running.contains(loop)) {
      loop.close();
    } else {
      loop.abandon();
    }
  }

  /** Starts a loop, which is running then; if that fails, the caller abandons it. */
  private void start(ConnectionLoop loop) throws IOException {
    running.add(loop);
    boolean started = false;
    try {
      if (loop.isMovable()) {
        startOnSpare(loop);
      } else {
        startOnItsOwn(loop);
      }
      started = true;
    } finally {
      if (!started) {
        running.remove(loop);
      }
    }
  }

  private static void startOnSpare(ConnectionLoop loop) throws IOException {
    FollowerThreads.SHARED.loopsChanged(1);
    FollowerThreads.Follower spare = null;
    boolean started = false;
    try {
      spare = FollowerThreads.SHARED.take();
      if (spare == null) {
        throw new IOException("No thread can be started for a poll loop.");
      }
      loop.handlers.beginWith(spare.thread);
      spare.lead(loop.handlers);
      started = true;
    } finally {
      if (!started) {
        if (spare != null) {
          FollowerThreads.SHARED.giveBack(spare);
        }
        FollowerThreads.SHARED.loopsChanged(-1);
      }
    }
  }

  private void startOnItsOwn(ConnectionLoop loop) {
    HandlerLoop led = loop.handlers;
    Runnable lead = () -> led.lead((LoopThread) Thread.currentThread());
    LoopThread thread = LoopThread.of(lead, "netpoll-" + name + "-loop-" + loop.number());
    led.beginWith(thread);
    thread.start();
  }

  /**
   * Replaces a loop that is about to refuse connections, since it is broken; only takes it out if
   * no other can be opened. In one step, so that nobody sees the list without both.
   */
  void replace(ConnectionLoop broken) {
    lock.lock();
    try {
      if (!closed && current.contains(broken)) {
        List<ConnectionLoop> then = new ArrayList<>(current);
        then.remove(broken);
        try {
          then.addAll(startFresh(1));
        } finally {
          current = List.copyOf(then);
        }
      }
    } catch (IOException | RuntimeException e) {
      Log.GROUP.log(System.Logger.Level.ERROR, "A broken poll loop could not be replaced.", e);
    } finally {
      lock.unlock();
    }
  }

  /** A loop has ended. */
  void ended(ConnectionLoop loop) {
    lock.lock();
    try {
      running.remove(loop);
    } finally {
      lock.unlock();
    }
  }

  /** Closes all loops; returns those that have not ended yet. Never waits. */
  List<ConnectionLoop> close() {
    lock.lock();
    try {
      closed = true;
      current = List.of();
      running.forEach(ConnectionLoop::close);
      return List.copyOf(running);
    } finally {
      lock.unlock();
    }
  }

  /** Finds a loop for an action. */
  void arm(Delayed delayed) {
    List<ConnectionLoop> before = null;
    List<ConnectionLoop> all;
    while ((all = current()) != before) { // a loop leaves the list before it ends
      for (ConnectionLoop loop : all) {
        if (!loop.isClosing() && delayed.arm(loop)) {
          return;
        }
      }
      before = all;
    }
    delayed.lose(over());
  }

  /** Lets each loop apply an action to each of its connections, on its own thread, soon. */
  void forEachConnection(Consumer<EngineConnection> action, Runnable done) {
    List<ConnectionLoop> all = running();
    AtomicInteger left = new AtomicInteger(all.size() + 1);
    Runnable countDown =
        () -> {
          if (left.decrementAndGet() == 0) {
            done.run();
          }
        };
    for (ConnectionLoop loop : all) {
      boolean ordered =
          loop.execute(
              () -> {
                try {
                  loop.forEachConnection(action);
                } finally {
                  countDown.run();
                }
              });
      if (!ordered) {
        countDown.run(); // it has ended, and has no connections
      }
    }
    countDown.run();
  }

  /**
   * Waits until loops have ended. One that does not even react, since a handler holds it, is not
   * waited for any longer: it ends when that has returned.
   */
  static void awaitEnds(List<ConnectionLoop> ending) {
    Map<ConnectionLoop, CompletableFuture<Void>> reached = new LinkedHashMap<>();
    for (ConnectionLoop loop : ending) {
      CompletableFuture<Void> reaction = new CompletableFuture<>();
      if (loop.execute(() -> reaction.complete(null))) {
        reached.put(loop, reaction);
      }
    }
    Await.uninterruptibly(allOf(reached.values()), Await.Limit.in(AcceptLoop.LOOP_NANOS));
    List<CompletableFuture<Void>> ends =
        ending.stream()
            .filter(loop -> !reached.containsKey(loop) || reached.get(loop).isDone())
            .map(ConnectionLoop::end)
            .toList();
    Await.uninterruptibly(allOf(ends), Await.Limit.in(LONGEST_END_NANOS));
  }

  private static CompletableFuture<Void> allOf(Collection<CompletableFuture<Void>> all) {
    return CompletableFuture.allOf(all.toArray(CompletableFuture[]::new));
  }
}
