package io.netpoll.testkit;

import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Poller;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;

/**
 * Finds loops that spin, and sockets and pages that pollers keep. It counts, below the engine, what
 * the pollers of one backend are asked for, and what they find and tell: a scenario must not poll
 * more often than it has events, wake-ups and timeouts, but for a few dozen times. A loop that
 * spins polls thousands of times within milliseconds, on a slow machine hundreds of times.
 *
 * <p>What is wrong is found by counts of polls, not by time, so that a busy machine does no harm.
 *
 * <pre>
 * PollCheck check = PollCheck.ofLoops(new MyPollerProvider());
 * PollerGroup group = check.build(PollerGroup.builder().loops(1));
 * ... // brings connections into some state
 * check.awaitSleep();
 * group.close();
 * check.assertNothingKept();
 * </pre>
 *
 * <p>Thread-safe.
 */
public final class PollCheck {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** A loop that makes no poll in the meantime sleeps, or is in user code. */
  private static final long MOMENT_NANOS = 1_000_000;

  /** How many such moments a loop that is in no poll is watched. */
  private static final int MOMENTS_IN_USER_CODE = 20;

  private final PollerProvider backend;
  private final boolean ledByTest;
  private final List<CountedPoller> pollers = new CopyOnWriteArrayList<>();
  private volatile int ownWork;

  private PollCheck(PollerProvider backend, boolean ledByTest) {
    this.backend = backend;
    this.ledByTest = ledByTest;
  }

  /**
   * A check of poll loops, for groups that {@link #build} makes.
   *
   * @param backend makes their pollers; need not be found with ServiceLoader
   * @return a check that knows no poller yet
   */
  public static PollCheck ofLoops(PollerProvider backend) {
    return new PollCheck(backend, false);
  }

  /**
   * A check of pollers that the test itself leads, which {@link #open} makes. The test may poll
   * without waiting as often as it likes while nothing is found.
   *
   * @param backend makes them
   * @return a check that knows no poller yet
   */
  public static PollCheck ofTestAsLeader(PollerProvider backend) {
    return new PollCheck(backend, true);
  }

  PollerProvider backend() {
    return backend;
  }

  /**
   * Opens a poller of the backend.
   *
   * @param pages where its pages come from
   * @return a poller that is counted
   * @throws IOException if the backend opens none
   */
  public Poller open(PageSource pages) throws IOException {
    CountedPages counted = new CountedPages(pages);
    CountedPoller poller =
        new CountedPoller(backend.open(counted), counted, new PollCount(ledByTest));
    pollers.add(poller);
    return poller;
  }

  /**
   * Makes a group whose loops are counted.
   *
   * @param group describes it; the backend is set by this
   * @return an open group
   * @throws PollerUnavailableException if the backend cannot run here
   */
  public PollerGroup build(PollerGroup.Builder group) throws PollerUnavailableException {
    return CountedProvider.build(this, group);
  }

  /**
   * Allows for work that the test gives to the loops without any event, such as handlers that it
   * sets on its own threads: each piece may cost a poll.
   *
   * @param pieces how many
   */
  public void allowFor(int pieces) {
    ownWork += pieces;
  }

  /**
   * How many connected or connecting sockets are watched: have not had their last event.
   *
   * @return zero or more; while nothing happens, what {@link PollerGroup#connections()} says of the
   *     groups
   */
  public int streams() {
    return pollers.stream().mapToInt(CountedPoller::streams).sum();
  }

  /**
   * How many pollers are open.
   *
   * @return zero or more
   */
  public int pollers() {
    return (int) pollers.stream().filter(poller -> !poller.isClosed()).count();
  }

  /**
   * Waits until each loop waits in a poll for what is to come, or is held by a handler. Fails if a
   * loop spins instead, now or before. A loop that has things to do for seconds is not waited for
   * any longer.
   *
   * @throws AssertionError if a loop spins, or does not come when it is woken
   */
  public void awaitSleep() {
    for (CountedPoller poller : pollers) {
      if (!poller.isClosed()) {
        awaitSleep(poller);
      }
    }
  }

  /**
   * Wakes the leader first: one that comes around is at work, so that one that would spin does so
   * now, and is not taken for one that sleeps while it waits for a processor.
   */
  private void awaitSleep(CountedPoller poller) {
    PollCount count = poller.count;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    long first = count.polls();
    poller.wakeup();
    int inUserCode = 0;
    while (!poller.isClosed() && inUserCode < MOMENTS_IN_USER_CODE) {
      boolean waits = count.isWaiting();
      long before = count.polls();
      LockSupport.parkNanos(MOMENT_NANOS);
      count.check(ownWork);
      boolean moved = count.polls() != before;
      if (!moved && waits && before != first) {
        return;
      }
      inUserCode = moved || waits ? 0 : inUserCode + 1;
      if (System.nanoTime() - deadline >= 0) {
        if (before == first) {
          throw new AssertionError("A poller was woken, and waits all the same: " + count);
        }
        return;
      }
    }
  }

  /**
   * Polls, for a test that leads, until a poll has found nothing and lasted as long as it was asked
   * to: until nothing is left to do.
   *
   * @param poller made by {@link #open}
   * @param timeoutNanos how long each poll waits
   * @param dispatch takes the events of the batch
   * @return how many polls returned before
   * @throws IOException if polling fails
   * @throws AssertionError if the poller spins, now or before
   */
  public int pollUntilItSleeps(Poller poller, long timeoutNanos, Runnable dispatch)
      throws IOException {
    PollCount count = ((CountedPoller) poller).count;
    long deadline = System.nanoTime() + PATIENCE.toNanos();
    int returns = 0;
    while (true) {
      poller.poll(timeoutNanos);
      boolean slept = count.slept();
      dispatch.run();
      count.check(ownWork);
      if (slept || System.nanoTime() - deadline >= 0) {
        return returns;
      }
      returns++;
    }
  }

  /**
   * Whether a poller was closed.
   *
   * @param poller made by {@link #open}
   * @return true if it was
   */
  public boolean isClosed(Poller poller) {
    return ((CountedPoller) poller).isClosed();
  }

  /**
   * Fails if a poller has spun.
   *
   * @throws AssertionError if one has, with its counts
   */
  public void assertNoneSpun() {
    pollers.forEach(poller -> poller.count.check(ownWork));
  }

  /**
   * Fails unless all pollers were closed, have told every endpoint and acceptor its last event, and
   * have given every page back or to an input.
   *
   * @throws AssertionError if something is kept; the message says what
   */
  public void assertNothingKept() {
    for (CountedPoller poller : pollers) {
      if (!poller.isClosed() || poller.streams() + poller.listeners() + poller.pages() > 0) {
        throw new AssertionError(
            (poller.isClosed() ? "A closed poller" : "A poller that was not closed")
                + " keeps "
                + poller.streams()
                + " sockets and "
                + poller.listeners()
                + " listening sockets that had no last event, and "
                + poller.pages()
                + " pages.");
      }
    }
  }

  /**
   * The backend's own poller, for tests of a backend that look inside.
   *
   * @param poller one that {@link #open} gave, or any other
   * @return the poller whose polls are counted, or the same
   */
  public static Poller behind(Poller poller) {
    return poller instanceof CountedPoller counted ? counted.counted() : poller;
  }
}
