package io.netpoll.core;

import io.netpoll.WriteTimeoutException;
import io.netpoll.buffer.OutputWriter;
import io.netpoll.spi.Output;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The side of a connection that gives what leaves: one writing thread fills it, the holder of the
 * {@link OutputToken} sends, usually the writing thread itself, so that an answer leaves without a
 * wake-up.
 *
 * <h2>Waiting and back-pressure</h2>
 *
 * A flush waits while more than the high-water mark is pending, until no more than the low-water
 * mark is. The waiter publishes itself, puts a full fence, looks at what is pending, and parks; a
 * sender acknowledges bytes, puts a full fence, and reads the waiter. In inline execution a flush
 * within the connection's own run only notes that there is something to send; it is sent when the
 * run ends, and if more than the mark stays pending, input and handler calls stop until no more
 * than the low-water mark is.
 */
final class OutputSide extends OutputWriter implements Output {
  private static final VarHandle WAITER;
  private static final VarHandle DEADLINE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WAITER = lookup.findVarHandle(OutputSide.class, "waiter", Thread.class);
      DEADLINE = lookup.findVarHandle(OutputSide.class, "deadline", Deadline.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EngineConnection connection;
  final OutputToken token = new OutputToken();

  /** Replaced from any thread, also while a thread waits, which is woken then. */
  private volatile Deadline deadline;

  private volatile @Nullable Thread waiter;

  /** Input waits for output to drain. Set by the run in inline execution, cleared by the sender. */
  private volatile boolean throttlingInput;

  /** The run only: flushed bytes wait for its end. */
  private boolean deferred;

  OutputSide(EngineConnection connection, ConnectionSettings settings) {
    this.connection = connection;
    this.deadline = settings.writeDeadline;
  }

  // ---- The holder of the token ---------------------------------------------------------------

  @Override
  public int collect(Spans into) {
    return buffer.collect(into);
  }

  @Override
  public void sent(int bytes) {
    buffer.acknowledge(bytes);
    connection.moved();
    VarHandle.fullFence(); // pairs with the fences of awaitDrain and sendDeferred
    if (throttlingInput && isLow()) {
      throttlingInput = false;
      connection.leader.post(LeaderSide.RESUME);
    }
    Thread waiting = waiter;
    if (waiting != null && isLow()) {
      Await.wake(waiting);
    }
  }

  @Override
  public boolean drained() {
    token.release();
    if (pending() > 0 && token.tryPass()) {
      return false;
    }
    connection.leader.outputReleased();
    return true;
  }

  // ---- The leader ----------------------------------------------------------------------------

  /** Lets the poller send, if it has the token. */
  void armPoller() {
    if (token.isPassed()) {
      connection.leader.handle().sendWhenWritable();
    }
  }

  // ---- The run -------------------------------------------------------------------------------

  /** Sends what flushes within the run left for its end. */
  void sendDeferred() {
    if (!deferred) {
      return;
    }
    deferred = false;
    if (!sendHeld() || !connection.group().isInline()) {
      return;
    }
    if (pending() > connection.settings.outputHighWaterMark) {
      throttlingInput = true;
      VarHandle.fullFence(); // pairs with the fence of sent
      if (isLow()) {
        throttlingInput = false;
      }
    }
  }

  /** Gives back all memory, after the last handler call of a closed connection. */
  void recycle() {
    if (token.isShut() && WAITER.compareAndSet(this, null, Thread.currentThread())) {
      buffer.close();
      waiter = null;
    }
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** Whether input waits for output to drain. */
  boolean isThrottlingInput() {
    return throttlingInput;
  }

  /** Bytes flushed and not sent. */
  long pending() {
    return buffer.written() - buffer.consumed();
  }

  private boolean isLow() {
    return pending() <= connection.settings.outputLowWaterMark;
  }

  /** How long a wait may take. */
  Deadline deadline() {
    return deadline;
  }

  /** Changes how long a wait may take, also of one that goes on. */
  void changeDeadline(UnaryOperator<Deadline> change) {
    Deadline before;
    do {
      before = deadline;
    } while (!DEADLINE.compareAndSet(this, before, change.apply(before)));
    wake();
  }

  /** Wakes a waiting flush so that it looks at the connection's state and its deadline again. */
  void wake() {
    VarHandle.fullFence();
    Await.wake(waiter);
  }

  /** Sends what is held back; returns false if the connection fails, of which it has been told. */
  boolean sendHeld() {
    try {
      send();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Sends what is pending, unless another thread or the poller does. */
  void send() throws IOException {
    VarHandle.fullFence(); // pairs with the one of OutputToken.release
    while (pending() > 0 && token.tryHold()) {
      boolean all;
      try {
        all = connection.leader.handle().send();
      } catch (IOException e) {
        token.release();
        connection.leader.failedLater(e);
        throw e;
      } catch (Throwable t) {
        token.release();
        connection.leader.outputReleased();
        throw t;
      }
      if (!all) {
        token.pass();
        connection.leader.post(LeaderSide.ARM);
        return;
      }
      token.release();
      connection.leader.outputReleased();
    }
  }

  // ---- The writing thread --------------------------------------------------------------------

  @Override
  public void flush() throws IOException {
    if (connection.state.has(ConnectionState.CLOSING | ConnectionState.FAILED)) {
      throw connection.closedException(() -> "A flush to " + connection.peer() + " sent nothing");
    }
    buffer.flush();
    if (connection.run.defersFlushes()) {
      deferred = true;
      connection.run.holdsBack();
      return;
    }
    deferred = false;
    try {
      send();
    } catch (IOException e) {
      throw connection.peerClosed("A flush to " + connection.peer() + " failed", e);
    }
    if (pending() > connection.settings.outputHighWaterMark && Await.isPermitted()) {
      awaitDrain();
    }
  }

  private void awaitDrain() throws IOException {
    Supplier<String> what = () -> "A flush to " + connection.peer();
    if (!WAITER.compareAndSet(this, null, Thread.currentThread())) {
      throw new IllegalStateException(
          what.get()
              + " was refused because another thread is writing to this connection: let one thread"
              + " at a time write.");
    }
    long start = System.nanoTime();
    try {
      VarHandle.fullFence(); // pairs with the fence of sent
      int unsendable = ConnectionState.CLOSING | ConnectionState.FAILED;
      boolean inTime =
          Await.until(
              () -> isLow() || connection.state.has(unsendable), () -> deadline.left(start), what);
      if (!inTime) {
        throw new WriteTimeoutException(
            what.get()
                + " left "
                + pending()
                + " bytes unsent after "
                + Nanos.text(System.nanoTime() - start)
                + ".");
      }
      if (!isLow()) {
        throw connection.closedException(() -> what.get() + " left " + pending() + " bytes unsent");
      }
    } finally {
      waiter = null;
      connection.run.waitedSince(start);
    }
  }
}
