package io.netpoll.core.loop;

import io.netpoll.LoopStats;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts what one poll loop does. The leader, or its deputy, counts all but what was sent or read
 * by others, so that these counts have one writer at a time and need no atomic addition: they are
 * written in opaque mode, and another thread reads each of them whole and soon, in no order. What
 * was sent is counted by the holder of a connection's output token, on any thread, and what callers
 * read themselves by them.
 */
public final class LoopCounters {
  private static final VarHandle OPENED;
  private static final VarHandle POLLS;
  private static final VarHandle READS;
  private static final VarHandle BYTES_READ;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      OPENED = lookup.findVarHandle(LoopCounters.class, "opened", long.class);
      POLLS = lookup.findVarHandle(LoopCounters.class, "polls", long.class);
      READS = lookup.findVarHandle(LoopCounters.class, "reads", long.class);
      BYTES_READ = lookup.findVarHandle(LoopCounters.class, "bytesRead", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  // Leader only.
  private long opened;
  private long polls;
  private long reads;
  private long bytesRead;

  // By threads that read a socket themselves.
  private final LongAdder readsBeside = new LongAdder();
  private final LongAdder bytesReadBeside = new LongAdder();

  private final LongAdder writes = new LongAdder();
  private final LongAdder bytesWritten = new LongAdder();

  // ---- Leader only ---------------------------------------------------------------------------

  public void opened() {
    OPENED.setOpaque(this, opened + 1);
  }

  void polled() {
    POLLS.setOpaque(this, polls + 1);
  }

  public void read(int bytes) {
    READS.setOpaque(this, reads + 1);
    BYTES_READ.setOpaque(this, bytesRead + bytes);
  }

  long bytesRead() {
    return bytesRead;
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** A thread beside the leader has read. */
  public void readBeside(int bytes) {
    readsBeside.increment();
    bytesReadBeside.add(bytes);
  }

  public void wrote(int bytes) {
    writes.increment();
    bytesWritten.add(bytes);
  }

  /** How often was sent. */
  public long writes() {
    return writes.sum();
  }

  /** What was counted. Any thread. */
  public LoopStats stats(int number, int connections) {
    return new LoopStats(
        number,
        connections,
        (long) OPENED.getOpaque(this),
        (long) POLLS.getOpaque(this),
        (long) READS.getOpaque(this) + readsBeside.sum(),
        (long) BYTES_READ.getOpaque(this) + bytesReadBeside.sum(),
        writes.sum(),
        bytesWritten.sum());
  }
}
