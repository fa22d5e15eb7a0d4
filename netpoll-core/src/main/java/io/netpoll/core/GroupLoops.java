package io.netpoll.core;

import io.netpoll.buffer.PagePool;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The poll loops of a group: opens them, starts their threads, retires them, replaces broken ones,
 * closes them. Any thread.
 *
 * <p>The list of loops that take new connections is replaced as a whole under a lock and read
 * without one. Its first loop is never retired, and watches the listening sockets, except where
 * each loop has one of its own.
 *
 * <p>A loop leaves the list before it refuses anything, for whatever reason it ends. So whoever was
 * refused reads the list again and finds another one, and never waits for that.
 */
final class GroupLoops {
  private final EngineGroup group;
  private final String name;
  private final ReentrantLock lock = new ReentrantLock();

  private volatile List<PollLoop> current = List.of();
  private volatile boolean closed;

  /** All loops that have not ended, retired ones included. Under the lock. */
  private final List<PollLoop> running = new ArrayList<>();

  /** How many loops were made. */
  private final AtomicInteger made = new AtomicInteger();

  GroupLoops(EngineGroup group, String name) {
    this.group = group;
    this.name = name;
  }

  /** Those that take new connections; empty once the group is closed. */
  List<PollLoop> current() {
    return current;
  }

  /** All that have not ended. */
  List<PollLoop> running() {
    lock.lock();
    try {
      return List.copyOf(running);
    } finally {
      lock.unlock();
    }
  }

  /** Those that take new connections; refused if there is none. */
  List<PollLoop> usable() throws IOException {
    List<PollLoop> all = current;
    if (closed || all.isEmpty()) {
      throw over();
    }
    return all;
  }

  /** Why nothing can be done here any more. */
  IOException over() {
    return new IOException(
        closed
            ? "The poller group " + name + " is closed."
            : "The poller group "
                + name
                + " has no poll loop left, since its pollers broke and none could be opened: close"
                + " it, or call setLoops.");
  }

  /** Numbers a loop that is being made. */
  int nextNumber() {
    return made.getAndIncrement();
  }

  /** Opens a loop beside those that connections are spread over. */
  PollLoop openBeside(PollerProvider other) throws IOException {
    lock.lock();
    try {
      if (closed) {
        throw over();
      }
      PollLoop loop = new PollLoop(group, other, other.open(PagePool.shared()));
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
      List<PollLoop> now = current;
      List<PollLoop> then = new ArrayList<>(now.subList(0, Math.min(wanted, now.size())));
      then.addAll(startFresh(wanted - then.size()));
      current = List.copyOf(then);
      if (now.size() > wanted) {
        now.subList(wanted, now.size()).forEach(PollLoop::retire);
      }
    } finally {
      lock.unlock();
    }
  }

  private List<PollLoop> startFresh(int count) throws IOException {
    List<PollLoop> fresh = new ArrayList<>();
    try {
      while (fresh.size() < count) {
        PollerProvider provider = group.provider();
        fresh.add(new PollLoop(group, provider, provider.open(PagePool.shared())));
      }
      for (PollLoop loop : fresh) {
        start(loop);
      }
      return fresh;
    } catch (IOException | OutOfMemoryError e) { // the latter: no thread or no memory to be had
      fresh.forEach(this::drop);
      throw e instanceof IOException io ? io : new IOException("No resources for a loop.", e);
    }
  }

  private void drop(PollLoop loop) {
    if (running.contains(loop)) {
      loop.close();
    } else {
      loop.abandon();
    }
  }

  /** Starts a loop, which is running then; if that fails, the caller abandons it. */
  private void start(PollLoop loop) throws IOException {
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

  private static void startOnSpare(PollLoop loop) throws IOException {
    Spares.SHARED.loopsChanged(1);
    Spares.Spare spare = null;
    boolean started = false;
    try {
      spare = Spares.SHARED.take();
      if (spare == null) {
        throw new IOException("No thread can be started for a poll loop.");
      }
      loop.beginWith(spare.thread);
      spare.lead(loop);
      started = true;
    } finally {
      if (!started) {
        if (spare != null) {
          Spares.SHARED.giveBack(spare);
        }
        Spares.SHARED.loopsChanged(-1);
      }
    }
  }

  private void startOnItsOwn(PollLoop loop) {
    Runnable lead = () -> loop.lead((LoopThread) Thread.currentThread());
    LoopThread thread = LoopThread.of(lead, "netpoll-" + name + "-loop-" + loop.number);
    loop.beginWith(thread);
    thread.start();
  }

  /**
   * Replaces a loop that is about to refuse connections, since it is broken; only takes it out if
   * no other can be opened. In one step, so that nobody sees the list without both.
   */
  void replace(PollLoop broken) {
    lock.lock();
    try {
      if (!closed && current.contains(broken)) {
        List<PollLoop> then = new ArrayList<>(current);
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
  void ended(PollLoop loop) {
    lock.lock();
    try {
      running.remove(loop);
    } finally {
      lock.unlock();
    }
  }

  /** Closes all loops; returns those that have not ended yet. Never waits. */
  List<PollLoop> close() {
    lock.lock();
    try {
      closed = true;
      current = List.of();
      running.forEach(PollLoop::close);
      return List.copyOf(running);
    } finally {
      lock.unlock();
    }
  }
}
