package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.LinkBuffer;
import io.netpoll.ShardQueue;
import io.netpoll.WriteTimeoutException;
import io.netpoll.Writer;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.execution.Await;
import io.netpoll.internal.Addresses;
import io.netpoll.internal.StackRoom;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * A stack of messages that producers push to and one of them, the <em>sender</em>, takes as a
 * whole, turns round, and sends.
 *
 * <h2>Who sends</h2>
 *
 * One word, {@code top}, holds the queue and the sender's role:
 *
 * <pre>
 *              push                    take
 *   IDLE ───────────────► message ──────────────► TAKEN
 *    ▲                     ▲   │ push               │ │
 *    │                     └───┘ ◄───── push ───────┘ │
 *    └────────────────────── end ─────────────────────┘
 *   all but IDLE ── fail ──► FAILED
 * </pre>
 *
 * IDLE: nothing is queued and nobody sends. A message: the last one pushed, each linked to the one
 * before, the first one to IDLE's or TAKEN's null; there is a sender. TAKEN: the sender is at work,
 * and nothing came since. Who pushes onto IDLE is the sender, and stays it, until its end succeeds,
 * or it hands the role to a {@link SenderThreads relay}, or fails the queue. FAILED is the last
 * state.
 *
 * <h2>Memory ordering</h2>
 *
 * Every transition is a compare-and-set or an exchange of that one word, so they have one order. A
 * push that finds a sender comes before its end, which fails then: no message is left behind, and
 * there is nothing else to look at and no fence to add. What the sender wrote in the connection's
 * writer happens-before what the next one does, by end and push. {@code failure} is written before
 * FAILED and read behind it.
 *
 * <p>User code never runs in the role: messages are written before they are put. The sender may
 * wait in {@link Writer#flush}, for as long as the connection's write timeout; producers fill the
 * queue meanwhile, and wait for room then.
 */
final class EngineShardQueue implements ShardQueue {

  /** How often a producer sends for others before it hands the role on. */
  private static final int ROUNDS = 64;

  private static final Object IDLE = new Object();
  private static final Object TAKEN = new Object();
  private static final Object FAILED = new Object();

  private static final VarHandle TOP;

  static {
    try {
      TOP = MethodHandles.lookup().findVarHandle(EngineShardQueue.class, "top", Object.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Connection connection;
  private final ByteBudget room;
  private final Executor relays;

  private volatile Object top = IDLE;
  private volatile boolean closed;
  private volatile @Nullable IOException failure;

  /** The sender only. */
  private final AdaptiveYield gathering = new AdaptiveYield();

  EngineShardQueue(Connection connection, long highWaterMark, long timeoutNanos) {
    this(connection, highWaterMark, timeoutNanos, SenderThreads.THREADS);
  }

  EngineShardQueue(Connection connection, long highWaterMark, long timeoutNanos, Executor relays) {
    this.connection = connection;
    Await.Arrivals arrivals =
        connection instanceof EngineConnection engine ? engine.outgoing() : Await.Arrivals.NONE;
    this.room =
        new ByteBudget(highWaterMark, timeoutNanos, arrivals, () -> closed || top == FAILED);
    this.relays = relays;
  }

  // ---- Any thread ----------------------------------------------------------------------------

  @Override
  public Delivery put(LinkBuffer message) throws IOException {
    StackRoom.forAWait();
    if (message.mallocLength() > 0) {
      throw new IllegalArgumentException(
          "The message holds " + message.mallocLength() + " unflushed bytes: flush it first.");
    }
    QueuedMessage queued = new QueuedMessage(this, message);
    boolean pushed = false;
    try {
      if (!room.take(queued.bytes(), queued::describePut)) {
        throw refused(queued);
      }
      Object before = push(queued);
      if (before == FAILED) {
        room.giveBack(queued.bytes());
        throw refused(queued);
      }
      pushed = true;
      if (before == IDLE) {
        if (gathering.isDue()) {
          Thread.yield();
        }
        send(ROUNDS);
      }
    } finally {
      if (!pushed) {
        queued.drop();
      }
    }
    queued.throwIfLost();
    return queued;
  }

  /** Pushes a message, unless the queue has failed; returns what was there before. */
  private Object push(QueuedMessage message) {
    for (; ; ) {
      Object seen = top;
      if (seen == FAILED) {
        return FAILED;
      }
      message.next = seen instanceof QueuedMessage below ? below : null;
      if (TOP.compareAndSet(this, seen, message)) {
        return seen;
      }
    }
  }

  @Override
  public long queued() {
    return room.taken();
  }

  @Override
  public void close() {
    closed = true;
    room.wakeAll();
  }

  private IOException refused(QueuedMessage message) {
    IOException cause = failure;
    return cause != null
        ? lost(message, cause)
        : new ConnectionClosedException(
            Side.LOCAL, message.describePut() + " was refused: the queue is closed.", null);
  }

  /** The exception for a message that was lost, made for the thread that is told. */
  static IOException lost(QueuedMessage message, IOException cause) {
    String text = message.describePut() + " failed: " + cause.getMessage();
    return cause instanceof ConnectionClosedException closing
        ? new ConnectionClosedException(closing.side(), text, cause)
        : new IOException(text, cause);
  }

  /** The peer's address, for messages. */
  String peer() {
    return Addresses.text(connection.remoteAddress());
  }

  // ---- The sender ----------------------------------------------------------------------------

  /** Sends until nothing is queued; a relay goes on if that takes too many rounds. */
  private void send(int rounds) {
    int left = rounds;
    while (sendOnce()) {
      if (--left < 0 && relay(() -> send(Integer.MAX_VALUE))) {
        return;
      }
    }
  }

  /** Hands the role on; returns false if there is no thread for it. */
  private boolean relay(Runnable rest) {
    try {
      relays.execute(rest);
      return true;
    } catch (RejectedExecutionException | OutOfMemoryError e) {
      return false; // the caller goes on itself
    }
  }

  /**
   * Sends what is queued now, in one flush. A poll loop's own thread, which must not wait for a
   * peer that does not read, leaves that to a relay.
   *
   * @return whether more came meanwhile; if not, the role is another thread's, or nobody's
   */
  private boolean sendOnce() {
    if (isHeldUp() && relay(() -> send(Integer.MAX_VALUE))) {
      return false;
    }
    QueuedMessage batch = inOrder((QueuedMessage) TOP.getAndSet(this, TAKEN));
    gathering.sent(batch.next != null);
    boolean interrupted;
    try {
      append(batch);
      interrupted = !flush();
    } catch (IOException e) {
      fail(batch, e);
      return false;
    } catch (Throwable t) {
      fail(batch, new IOException("Sending failed: " + t + ".", t));
      throw t;
    }
    room.giveBack(QueuedMessage.decide(batch, null));
    return !(interrupted && relay(this::drain)) && !end();
  }

  /** Whether a flush by the calling thread would be refused; only this queue's sender writes. */
  private boolean isHeldUp() {
    return connection instanceof EngineConnection engine && engine.refusesFlush();
  }

  /** Waits in place of an interrupted producer, so that others fill the queue and no more. */
  private void drain() {
    try {
      flush();
    } catch (IOException e) {
      fail(null, e);
      return;
    } catch (Throwable t) {
      fail(null, new IOException("Sending failed: " + t + ".", t));
      throw t;
    }
    if (!end()) {
      send(Integer.MAX_VALUE);
    }
  }

  /** Ends the role, unless something was pushed. */
  private boolean end() {
    return TOP.compareAndSet(this, TAKEN, IDLE);
  }

  private void append(QueuedMessage batch) {
    Writer out = connection.writer();
    for (QueuedMessage each = batch; each != null; each = each.next) {
      each.moveTo(out);
    }
  }

  /** Flushes; returns false if the thread was interrupted while the connection was full. */
  private boolean flush() throws IOException {
    try {
      connection.writer().flush();
      return true;
    } catch (InterruptedIOException e) {
      return false; // the connection has the bytes, and the thread its interrupt flag
    } catch (WriteTimeoutException e) {
      connection.abort(); // so that nothing is sent that was reported lost
      throw e;
    }
  }

  private void fail(@Nullable QueuedMessage batch, IOException cause) {
    failure = cause;
    Object rest = TOP.getAndSet(this, FAILED);
    long lost = QueuedMessage.decide(batch, cause);
    if (rest instanceof QueuedMessage last) {
      lost += QueuedMessage.decide(inOrder(last), cause);
    }
    room.giveBack(lost);
    room.wakeAll();
  }

  private static QueuedMessage inOrder(QueuedMessage last) {
    QueuedMessage first = last;
    QueuedMessage after = null;
    for (; ; ) {
      QueuedMessage before = first.next;
      first.next = after;
      if (before == null) {
        return first;
      }
      after = first;
      first = before;
    }
  }
}
