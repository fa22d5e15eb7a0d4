package io.netpoll.client;

import io.netpoll.HostResolver;
import io.netpoll.core.execution.ClaimableTask;
import io.netpoll.core.execution.VirtualThreads;
import io.netpoll.internal.LibraryThreads;
import io.netpoll.internal.Setting;
import java.net.InetAddress;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Calls {@link HostResolver}s on helper threads, since a look-up blocks and the caller's timeout is
 * to cover it: a thread for each look-up, up to a bound; what is beyond waits in its order.
 *
 * <pre>
 *   WAITING ──► WANTED ──► ENDED
 *      │           └─ giveUp ─► ABANDONED ──► ENDED
 *      └─ giveUp ─────────────────────────────▲
 * </pre>
 *
 * A look-up that nobody waits for any more is interrupted, but may go on for long: the system's
 * cannot be interrupted. It is abandoned then, and leaves its place to others. Only for look-ups of
 * the same host it keeps it, so that a host whose look-ups hang, and that is dialled again and
 * again, has no more threads than the bound.
 *
 * <p>Any thread calls {@link #start} and {@link LookUp#giveUp}. All states change under the lock,
 * which is never held while a resolver, an answer or a thread's start is called.
 */
final class Resolver {
  /** Of the process. */
  static final Resolver SHARED = new Resolver(Setting.MAX_LOOK_UPS.number(256));

  /**
   * How many run on virtual threads; more are given threads of the system. For the time of the
   * system's own look-up the JDK starts another carrier, and 256 is how many it starts.
   */
  private static final int MOST_VIRTUAL = 128;

  private final int bound;
  private final Threads threads = new Threads();

  private final ReentrantLock lock = new ReentrantLock();

  // Under the lock.
  private final ArrayDeque<LookUp> waiting = new ArrayDeque<>();
  private int wanted;
  private int running; // those that are wanted, and the abandoned ones
  private final Map<String, Integer> abandoned = new HashMap<>();

  Resolver(int bound) {
    this.bound = bound;
  }

  /** Takes the answer, on the helper thread. */
  @FunctionalInterface
  interface Answer {
    /** One of the two is null. */
    void found(@Nullable List<InetAddress> addresses, @Nullable Throwable failure);
  }

  /**
   * Starts a look-up. Never waits.
   *
   * @throws OutOfMemoryError if there is no thread for it; a RuntimeException tells the same
   */
  LookUp start(HostResolver resolver, String host, Answer answer) {
    LookUp lookUp = new LookUp(resolver, host, answer);
    lock.lock();
    try {
      if (!hasPlaceFor(host)) {
        waiting.add(lookUp);
        return lookUp;
      }
      occupy(lookUp);
    } finally {
      lock.unlock();
    }
    try {
      threads.start(lookUp, lookUp.virtual);
    } catch (RuntimeException | Error noThread) {
      lock.lock();
      try {
        lookUp.leave(State.ENDED);
      } finally {
        lock.unlock();
      }
      throw noThread;
    }
    return lookUp;
  }

  private boolean hasPlaceFor(String host) {
    return wanted + abandoned.getOrDefault(host, 0) < bound;
  }

  /** Gives a look-up its place. Under the lock. */
  private void occupy(LookUp lookUp) {
    lookUp.state = State.WANTED;
    lookUp.virtual = running < MOST_VIRTUAL;
    wanted++;
    running++;
  }

  /** Gives a place to the first that waits and can have one; null if there is none. */
  private @Nullable LookUp next() {
    lock.lock();
    try {
      Iterator<LookUp> all = waiting.iterator();
      while (wanted < bound && all.hasNext()) {
        LookUp first = all.next();
        if (hasPlaceFor(first.host)) {
          all.remove();
          occupy(first);
          return first;
        }
      }
      return null;
    } finally {
      lock.unlock();
    }
  }

  /** Lets the next one go on in the place of one that was abandoned with its thread. */
  private void startNext() {
    LookUp next = next();
    if (next == null) {
      return;
    }
    try {
      threads.start(next, next.virtual);
    } catch (RuntimeException | OutOfMemoryError noThread) {
      lock.lock();
      try {
        if (next.leave(State.WAITING)) {
          waiting.addFirst(next); // until a thread is free, or its dial's time is over
        } else {
          next.state = State.ENDED;
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private enum State {
    WAITING,
    WANTED,
    ABANDONED,
    ENDED
  }

  /** A look-up under way. */
  final class LookUp implements Runnable {
    private final HostResolver resolver;
    private final String host;
    private final Answer answer;

    // Under the lock.
    private State state = State.WAITING;
    private boolean virtual; // set before the thread is started, which is told
    private @Nullable Thread thread; // while it calls the resolver

    private LookUp(HostResolver resolver, String host, Answer answer) {
      this.resolver = resolver;
      this.host = host;
      this.answer = answer;
    }

    /** Interrupts it, or takes it out of the queue. It has no answer then, or has had it. */
    void giveUp() {
      lock.lock();
      try {
        if (state == State.WAITING) {
          waiting.remove(this);
          state = State.ENDED;
        }
        if (state != State.WANTED) {
          return;
        }
        state = State.ABANDONED;
        wanted--;
        abandoned.merge(host, 1, Integer::sum);
        if (thread != null) {
          thread.interrupt();
        }
      } finally {
        lock.unlock();
      }
      startNext();
    }

    /** On the helper thread: does this look-up, and then those that wait. */
    @Override
    public void run() {
      boolean done = false;
      try {
        for (LookUp each = this; each != null; each = next()) {
          each.ask();
        }
        done = true;
      } finally {
        if (!done) {
          startNext(); // this thread ends by an error, and must not take its place along
        }
      }
    }

    private void ask() {
      List<InetAddress> addresses = null;
      Throwable failure = null;
      if (begin()) {
        try {
          addresses = List.copyOf(resolver.resolve(host));
        } catch (Throwable t) { // whatever it is, a dial waits for it
          failure = t;
        }
      }
      if (end()) {
        answer.found(addresses, failure);
      }
    }

    /** Lets {@link #giveUp} interrupt this thread from now on; false if it was called before. */
    private boolean begin() {
      lock.lock();
      try {
        thread = Thread.currentThread();
        return state == State.WANTED;
      } finally {
        lock.unlock();
      }
    }

    /** Gives the place back; returns whether somebody waits for the answer. */
    private boolean end() {
      lock.lock();
      try {
        thread = null;
        Thread.interrupted(); // was meant for the resolver
        return leave(State.ENDED);
      } finally {
        lock.unlock();
      }
    }

    /** Under the lock. */
    private boolean leave(State next) {
      boolean was = state == State.WANTED;
      state = next;
      running--;
      if (was) {
        wanted--;
      } else {
        abandoned.compute(host, (name, count) -> count == null || count == 1 ? null : count - 1);
      }
      return was;
    }
  }

  /** Where look-ups run. Threads of the system end after a second without one. */
  private static final class Threads implements ThreadFactory {
    private final AtomicInteger count = new AtomicInteger();
    private final @Nullable ThreadFactory virtual =
        VirtualThreads.exist() ? VirtualThreads.factory("netpoll-resolver-") : null;
    private final ThreadPoolExecutor platform =
        new ThreadPoolExecutor(
            0, Integer.MAX_VALUE, 1, TimeUnit.SECONDS, new SynchronousQueue<>(), this);

    void start(Runnable lookUps, boolean virtually) {
      if (virtual == null || !virtually) {
        platform.execute(lookUps);
        return;
      }
      ClaimableTask body = new ClaimableTask(lookUps);
      try {
        virtual.newThread(body).start();
      } catch (RuntimeException | Error e) {
        if (body.claim()) {
          throw e;
        } // else it runs all the same: it was queued, and only a carrier could not be started
      }
    }

    @Override
    public Thread newThread(Runnable work) {
      return LibraryThreads.daemon("netpoll-resolver-" + count.incrementAndGet(), work);
    }
  }
}
