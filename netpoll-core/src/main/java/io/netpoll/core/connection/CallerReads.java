package io.netpoll.core.connection;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.core.execution.Await;
import io.netpoll.core.execution.HeldFlushes;
import io.netpoll.internal.StackRoom;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.InputWait;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * Reads the socket of a connection on the thread that waits for its bytes, which no other thread
 * has to wake then: a caller outside the loops, on a platform thread, of a connection that has
 * neither handler, pipe nor filter.
 *
 * <pre>
 *         a caller waits             it has taken the token from the poller
 *   LOOP ──────────────► ENTERING ────────────────────────────────────────► CALLER
 *    ▲ ▲                    │ │                                                │
 *    │ └─ it has not ───────┘ │ anything that is the loop's: the end,          │
 *    │                        ▼ a handler, a pipe, ...                         │
 *    └──────────────────── LEAVING ◄───────────────────────────────────────────┘
 *        the leader (passes the token to the poller)
 * </pre>
 *
 * In LOOP the poller reports input. In CALLER a thread that waits holds the token, also while it
 * sleeps in the system, and nobody has it between two waits: the poller reports the end alone. What
 * is to be done at the end, or when something fails, is the loop's in any case: then the caller
 * leaves, and waits as all others do.
 *
 * <h2>Ordering</h2>
 *
 * A caller sets ENTERING (a volatile write, thus a full fence) and then looks for a handler, a pipe
 * and CLOSING; whoever sets one of these does so by a full fence and then reads the mode. A thread
 * that leaves sets LEAVING and posts to the leader; if that finds the token held, the holder sees
 * LEAVING after it has released the token, and posts. A caller publishes what it sleeps with, and
 * looks at everything that it may be woken for before each sleep; wakers do the reverse.
 */
final class CallerReads implements Input {
  private static final VarHandle MODE;
  private static final VarHandle KEPT;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      MODE = lookup.findVarHandle(CallerReads.class, "mode", Mode.class);
      KEPT = lookup.findVarHandle(CallerReads.class, "kept", InputWait.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private enum Mode {
    LOOP,
    /** Is to be CALLER or LOOP in a moment: nobody but the caller takes the token for it. */
    ENTERING,
    CALLER,
    LEAVING
  }

  private final EngineConnection connection;
  private final CallerInput in;
  private final InputWaits waits;

  private volatile Mode mode = Mode.LOOP;

  /** What the caller sleeps with, or is about to. */
  private volatile @Nullable InputWait sleeping;

  /** Whether the end of the input, or a failure, was met that the leader may have yet to note. */
  private volatile boolean endMet;

  /** What callers wait with, as long as the chain is kept, too. The holder of the token. */
  private @Nullable InputWait kept;

  CallerReads(EngineConnection connection, CallerInput in, InputWaits waits) {
    this.connection = connection;
    this.in = in;
    this.waits = waits;
  }

  // ---- The thread that waits -----------------------------------------------------------------

  /**
   * Reads until {@code wanted} bytes were written to the input. The caller has published itself as
   * a waiter.
   *
   * @return whether they were; if not, the time may be over, the thread interrupted, the input at
   *     its end, or the loop reads from now on
   */
  boolean until(long wanted, Await.Limit limit) {
    if (!enter()) {
      return false;
    }
    try {
      InputWait wait = kept == null ? waits.take() : kept;
      if (wait != null) {
        readOn(wanted, limit, wait);
      }
      if (in.isShortOf(wanted)) {
        leave(); // the wait may go on all the same: the time may be made longer at this moment
      }
    } finally {
      exit();
    }
    return !in.isShortOf(wanted);
  }

  private void readOn(long wanted, Await.Limit limit, InputWait wait) {
    try {
      kept = wait;
      sleeping = wait;
      HeldFlushes.sendByCaller();
      sleepAndRead(wanted, limit, wait);
    } finally {
      sleeping = null;
      if (!in.isKept()) {
        giveBackWait();
      }
    }
  }

  private void sleepAndRead(long wanted, Await.Limit limit, InputWait wait) {
    boolean mayBeThere = false; // what a caller waits for was asked for a moment ago
    Await.Limit grace = null;
    while (in.isShortOf(wanted) && mode == Mode.CALLER && in.mayStillCome()) {
      if (!mayBeThere) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        long left = limit.nanosLeft();
        if (left <= 0 && grace == null) {
          grace = Await.Limit.in(Await.GRACE_NANOS); // what has arrived counts
        }
        mayBeThere = connection.endpoint.handle().awaitInput(wait, Math.max(left, 0));
        if (!mayBeThere && left <= 0 || grace != null && grace.nanosLeft() <= 0) {
          return;
        }
      } else {
        mayBeThere = receive() == in.offered;
      }
    }
  }

  /** Takes the token; false if the loop reads. */
  private boolean enter() {
    Mode seen = mode;
    if (seen == Mode.LEAVING || !isCallers()) {
      leave();
      return false;
    }
    if (seen == Mode.CALLER) {
      if (in.token.tryHold()) {
        return true;
      }
      leave();
      return false;
    }
    mode = Mode.ENTERING;
    boolean isHeld = isCallers() && in.token.tryTake();
    boolean isDone = false;
    try {
      MODE.compareAndSet(this, Mode.ENTERING, isHeld ? Mode.CALLER : Mode.LOOP); // else it leaves
      isDone = true;
    } finally {
      if (isHeld && !isDone) {
        in.token.pass(); // the first such call takes memory
      }
    }
    return isHeld;
  }

  private boolean isCallers() {
    return !connection.callbacks.hasHandler() && in.pipe() == null && in.mayStillCome();
  }

  /** Frees the token, and lets go on what waits for that. */
  private void exit() {
    in.token.release();
    if (mode == Mode.LEAVING) {
      connection.endpoint.post(LoopEndpoint.READ_BY_LOOP);
    } else {
      in.resumeBehindFence(); // where the loop reads meanwhile, it may have found the token held
    }
    connection.endpoint.inputReleased();
  }

  // ---- The holder of the token ---------------------------------------------------------------

  /** Reads once; how many bytes came. Leaves where more than that is to be done. */
  private int receive() {
    Handle handle = connection.endpoint.handle();
    in.offered = 0;
    try {
      int read = handle.receive(this);
      if (read < 0) {
        endMet = true;
      }
      if (read < 0 || in.offered == 0) { // the end, or no memory, or output that drains first
        leave();
      }
      return read;
    } catch (IOException e) {
      if (!connection.state.has(ConnectionState.BY_PEER)) { // else a send says why
        connection.endpoint.failedLater(e);
      }
      endMet = true;
      leave();
      return -1;
    }
  }

  @Override
  public boolean space(Spans into) {
    try {
      return !in.mustDrainFirst() && in.reserveBesideLeader(into);
    } catch (OutOfDirectMemoryException
        | OutOfMemoryError e) { // the loop will find the same, and say so
      return false;
    }
  }

  @Override
  public void filled(int bytes) {
    try {
      in.commit(bytes);
      if (bytes > 0) {
        connection.loop().counters().readBeside(bytes);
        in.adaptReadSize(bytes);
        in.arrivedBesideLeader();
        if (mode != Mode.CALLER) {
          connection.callbacks.signalInput();
        }
      }
    } catch (Throwable t) { // they are not in the socket any more, and may not be in the chain
      connection.reset();
      throw t;
    }
  }

  /**
   * Gives back what callers of this connection wait with. For the holder of the token, and once
   * that is shut for any thread.
   */
  void giveBackWait() {
    InputWait wait = (InputWait) KEPT.getAndSet(this, null);
    if (wait != null) {
      waits.give(wait);
    }
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** Takes what has come, without waiting, where no poller does. */
  void look() {
    if (mode != Mode.CALLER) {
      return;
    }
    StackRoom.forAConnection();
    if (in.token.tryHold()) {
      try {
        if (mode == Mode.CALLER) {
          receiveAll();
        }
      } finally {
        exit();
      }
    }
  }

  private void receiveAll() {
    boolean mayBeThere = true;
    while (mayBeThere && !in.isFull()) {
      int read = receive();
      mayBeThere = read > 0 && read == in.offered;
    }
  }

  /**
   * Whether the peer has ended the connection, or it is broken, by what is in the socket now: what
   * another connection has received does not say that the loop has seen to this one.
   */
  boolean meetsEnd() {
    look();
    return endMet;
  }

  /** Gives back an empty chain that is not kept for the connection. For the reader. */
  void released() {
    if (mode == Mode.CALLER && !in.isKept() && in.token.tryHold()) {
      try {
        in.dropEmpty();
      } finally {
        exit();
      }
    }
  }

  /** The loop reads from now on. */
  void leave() {
    if (setLeaving()) {
      wake();
      connection.endpoint.post(LoopEndpoint.READ_BY_LOOP);
    }
  }

  private boolean setLeaving() {
    for (Mode seen = mode; seen == Mode.CALLER || seen == Mode.ENTERING; seen = mode) {
      if (MODE.compareAndSet(this, seen, Mode.LEAVING)) {
        return true;
      }
    }
    return false;
  }

  /** Ends the sleep of a caller, so that it looks at everything again. After a full fence. */
  void wake() {
    InputWait wait = sleeping;
    if (wait != null) {
      wait.wakeup();
    }
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /**
   * The poller has found the socket readable, and does not have the token.
   *
   * @return false if it is to look no more for now
   */
  boolean readable(Handle handle, boolean ending) {
    Mode seen = mode;
    if (seen != Mode.CALLER && seen != Mode.ENTERING) {
      return false;
    }
    if (!ending) {
      in.keep();
      handle.watchEnd();
      return true;
    }
    endMet = true;
    return setLeaving() && readByLoop();
  }

  /** A send has found the socket broken: what came before that is still in it. */
  void takeLeft() {
    boolean isPollers = in.token.tryTake();
    if (isPollers || in.token.tryHold()) {
      try {
        receiveAll();
      } finally {
        in.returnToken(isPollers);
      }
    }
  }

  /** Has the poller look for input again; false if a thread reads, which asks for it then. */
  boolean readByLoop() {
    if (mode == Mode.LEAVING && (in.paused || in.watch())) {
      mode = Mode.LOOP;
    }
    return mode == Mode.LOOP;
  }
}
