package io.netpoll.core.execution;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The outputs that runs of one turn left to be sent together, after the last of them, as {@code
 * coalesceFlushes} allows. Sends in a row are faster than between handlers, and a peer on the same
 * machine (a proxy beside the server, say) is woken once for several answers.
 *
 * <pre>
 *   a run flushes ──► its thread ──► here ──► sent: by the leader, after the last run of the turn
 *                         │            └────► sent: by the next leader, before all else, if the
 *                         │                         loop was passed on during a later run
 *                         └─────────────────► sent: by the thread itself, if the loop was passed
 *                                                   on during this run, or before a wait
 * </pre>
 *
 * <p>What is here is flushed and complete, and may be sent by anybody: its connection can have new
 * runs, and be closed, meanwhile. Leader only.
 */
public final class FlushBatch {
  /** So many runs, from the first that left something, are waited for at most. */
  private static final int MOST_RUNS = 16;

  /** Fewer, once this many bytes are here: they should be in the cache still. */
  private static final int MOST_BYTES = 32 << 10;

  private final @Nullable LeftOutput[] outputs = new @Nullable LeftOutput[MOST_RUNS];
  private int count;
  private int runs;
  private long bytes;

  /** Adds what a run left; {@link #ranOne} follows. */
  void add(LeftOutput out) {
    outputs[count++] = out;
    bytes += out.pending();
  }

  boolean isEmpty() {
    return count == 0;
  }

  /** A run of the turn is over, whether it left something or not. */
  void ranOne() {
    if (count > 0 && (++runs == MOST_RUNS || bytes > MOST_BYTES)) {
      send();
    }
  }

  /** Sends what is here, in its order. A connection that fails is reset. */
  void send() {
    for (int i = 0; i < count; i++) {
      LeftOutput out = Objects.requireNonNull(outputs[i]);
      outputs[i] = null;
      out.sendLate();
    }
    count = 0;
    runs = 0;
    bytes = 0;
  }
}
