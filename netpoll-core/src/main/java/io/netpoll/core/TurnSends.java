package io.netpoll.core;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outputs that the runs of one turn left to be sent together, once all of them were called, as
 * {@code coalesceFlushes} allows. Sends in a row are faster than between handlers, and a peer on
 * the same machine (a proxy beside the server, say) is woken once for several answers.
 *
 * <pre>
 *   a run flushes ──► its thread ──► here ──► sent: by the leader, after the last run of the turn
 *                         │            └────► sent: by the next leader, before all else, if the
 *                         │                         loop was passed on during a later run
 *                         └─────────────────► sent: by the thread itself, if the loop was passed
 *                                                   on during this run
 * </pre>
 *
 * <p>What is here is flushed and complete, and may be sent by anybody: its connection can have new
 * runs, and be closed, meanwhile. Leader only.
 */
final class TurnSends {
  /** As many as there are runs in most turns; what comes then is sent at once. */
  private static final int MOST = 16;

  /** They are in the cache still when they are sent. */
  private static final int MOST_BYTES = 32 << 10;

  private final @Nullable OutputSide[] outputs = new @Nullable OutputSide[MOST];
  private int first;
  private int count;
  private long bytes;

  /** Adds one; the caller asks {@link #areMany} then. */
  void add(OutputSide out) {
    outputs[count++] = out;
    bytes += out.pending();
  }

  /** Whether they must not wait for the end of the turn. */
  boolean areMany() {
    return count == MOST || bytes > MOST_BYTES;
  }

  /**
   * Sends what is here, in its order. Where there is no memory for it, it throws what there was,
   * and is called again.
   */
  void send() {
    while (first < count) {
      OutputSide out = Objects.requireNonNull(outputs[first]);
      try {
        out.sendLeft();
      } catch (RuntimeException e) {
        out.breakOff(e);
      }
      outputs[first++] = null;
    }
    first = 0;
    count = 0;
    bytes = 0;
  }
}
