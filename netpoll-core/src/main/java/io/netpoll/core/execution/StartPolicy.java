package io.netpoll.core.execution;

import java.util.concurrent.TimeUnit;

/**
 * Decides whether a connection's runs start on the poll loop's own thread or elsewhere, by how long
 * its handlers hold a thread: more than about 100 µs of computing a call (or of waiting for
 * something that is not ours), or a wait of more than 1 ms for bytes. The number of short waits
 * does not count: frames that arrive in pieces stay on the loop.
 *
 * <p>Each verdict moves a score by one, and the score decides, so that one slow call changes
 * nothing. A call that the watch-dog had to preempt counts as enough of them; if the next ones are
 * light (the thread may only have lost its processor), the connection is back on the loop at once.
 * Light connections are measured at one run in sixteen only. Used by the run of its connection,
 * which is one thread at a time.
 */
public final class StartPolicy {
  private static final long HEAVY_CALL_NANOS = TimeUnit.MICROSECONDS.toNanos(100);
  private static final long LONG_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(1);
  private static final byte HIGHEST = 8;
  private static final byte HEAVY = 4;
  private static final int SAMPLED = 16;

  /** Where new connections of the same event loop begin. Racy: a lost update does not matter. */
  public static final class Seed {
    private byte score;
  }

  private final Seed seed;
  private byte score;
  private byte skipped;
  private boolean waitedLong;
  private long waited;

  /** Set by the watch-dog, taken by the next run. */
  private volatile boolean preempted;

  public StartPolicy(Seed seed) {
    this.seed = seed;
    this.score = seed.score;
  }

  /** Whether the next run starts on the loop. */
  public boolean startsOnLoop() {
    return !preempted && score < HEAVY;
  }

  /** Whether to measure the run that begins. */
  public boolean isSampled() {
    return preempted || score > 0 || ++skipped % SAMPLED == 0;
  }

  /** The handler waited for bytes, or for room. */
  public void waited(long nanos) {
    waited += nanos;
    waitedLong |= nanos > LONG_WAIT_NANOS;
  }

  /**
   * A run has ended.
   *
   * @param nanos how long it took; 0 if it was not measured
   * @param calls how many callbacks it made
   */
  public void ran(long nanos, int calls) {
    if (preempted) {
      preempted = false;
      score = (byte) Math.max(score, HEAVY);
      seed.score = (byte) Math.max(seed.score, HEAVY);
    } else if (nanos > 0 && calls > 0) {
      boolean heavy = waitedLong || (nanos - waited) / calls > HEAVY_CALL_NANOS;
      score = moved(score, heavy);
      seed.score = moved(seed.score, heavy);
    }
    waited = 0;
    waitedLong = false;
  }

  /** The watch-dog passed the loop on during a call. */
  public void preempted() {
    preempted = true;
  }

  private static byte moved(byte score, boolean up) {
    return (byte) (up ? Math.min(HIGHEST, score + 1) : Math.max(0, score - 1));
  }
}
