package io.netpoll.core.connection;

import io.netpoll.ConnectionClosedException;
import io.netpoll.InlineWaitException;
import io.netpoll.WriteTimeoutException;
import io.netpoll.buffer.LinkedBuffer;
import io.netpoll.core.execution.Await;
import io.netpoll.core.execution.FlushBatch;
import io.netpoll.core.execution.LoopThread;
import io.netpoll.internal.Nanos;
import io.netpoll.internal.StackRoom;
import io.netpoll.spi.SourceFile;
import io.netpoll.spi.SourceFileException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The user's end of a connection's output: one writing thread fills the chain, and flushes it to
 * the {@linkplain OutputSender socket's end}.
 *
 * <h2>Waiting and back-pressure</h2>
 *
 * A flush waits while more than the high-water mark is pending, until no more than the low-water
 * mark is. The waiter publishes itself, puts a full fence, looks at what is pending, and parks; a
 * sender acknowledges bytes, puts a full fence, and reads the waiter. In inline execution a flush
 * within the connection's own run only notes that there is something to send; it is sent when the
 * run ends, or after the runs of other connections ({@link FlushBatch}). A flush on a thread that
 * must not wait is refused while more than the mark is pending, whichever connection it is for: so
 * the mark and one flush bound what is pending in every execution mode.
 *
 * <h2>Who owns the bytes</h2>
 *
 * The writing thread owns what it has written and not flushed, whatever becomes of the connection;
 * its next flush gives that back if the connection has ended.
 */
final class ConnectionOutput extends OutputSender implements Await.Arrivals {
  private static final VarHandle WAITER;
  private static final VarHandle PIPE;
  private static final VarHandle DEADLINE;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WAITER = lookup.findVarHandle(ConnectionOutput.class, "waiter", Thread.class);
      PIPE = lookup.findVarHandle(ConnectionOutput.class, "pipe", Pipe.class);
      DEADLINE = lookup.findVarHandle(ConnectionOutput.class, "deadline", Deadline.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** Replaced from any thread, also while a thread waits, which is woken then. */
  private volatile Deadline deadline;

  private volatile @Nullable Thread waiter;

  /** What writes here; null if it is the writing thread. */
  private volatile @Nullable Pipe pipe;

  /** The run only: flushed bytes wait for its end. */
  private boolean deferred;

  ConnectionOutput(EngineConnection connection, ConnectionSettings settings) {
    super(connection);
    this.deadline = settings.writeDeadline;
  }

  // ---- The sender ----------------------------------------------------------------------------

  @Override
  void drainedSome() {
    Thread waiting = waiter;
    if (waiting != null && isLow()) {
      Await.wake(waiting);
    }
    Pipe feeding = pipe;
    if (feeding != null && feeding.isBlocked() && isLow()) {
      feeding.look();
    }
  }

  // ---- The pipe that writes here: the leader of its source's loop ----------------------------

  /** Takes all that another connection has received, and sends it if nobody else sends. */
  void forward(LinkedBuffer received) throws IOException {
    buffer.take(received);
    send();
  }

  /** Has FIN sent after what was forwarded. */
  void finish() {
    connection.state.set(ConnectionState.FINISHING);
    connection.endpoint.post(LoopEndpoint.FINISH);
  }

  /** Whether FIN was sent. */
  boolean isFinished() {
    return connection.state.has(ConnectionState.FINISHED);
  }

  // ---- The run -------------------------------------------------------------------------------

  /** Whether flushes within the run left something for its end. */
  boolean isDeferred() {
    return deferred;
  }

  /** Leaves that to the end of the turn: {@code runner} has it sent. */
  void leaveDeferred(LoopThread runner) {
    deferred = false;
    runner.leaveUnsent(this);
  }

  /** Sends what flushes within the run left for its end. */
  void sendDeferred() {
    if (deferred) {
      deferred = false;
      sendLeft();
    }
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /**
   * Sets what writes here, for good.
   *
   * @return false if that was set before
   */
  boolean pipeFrom(Pipe from) {
    return PIPE.compareAndSet(this, null, from);
  }

  /** What writes here, if it is a pipe. */
  @Nullable Pipe pipe() {
    return pipe;
  }

  /** Whether more than the high-water mark is unsent in memory. The writing thread. */
  boolean takesTooMuch() {
    OpenFiles open = files;
    return isHigh()
        && (open == null || pending() - open.waiting() > connection.settings.outputHighWaterMark);
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
    Pipe feeding = pipe;
    if (feeding != null) {
      feeding.look();
    }
  }

  // ---- The writing thread --------------------------------------------------------------------

  @Override
  public void flush() throws IOException {
    StackRoom.forAConnection();
    if (connection.state.has(ConnectionState.CLOSING | ConnectionState.FAILED)) {
      buffer.mallocAck(0);
      throw connection.closedException(() -> "A flush to " + connection.peer() + " sent nothing");
    }
    if (connection.refusesFlush()) {
      refuseUnlessSent();
    }
    OpenFiles open = files;
    if (open != null) {
      open.flush();
    }
    buffer.flush();
    if (FlushCoalescer.defers(connection)) {
      deferred = true;
      connection.callbacks.holdsBack();
      return;
    }
    deferred = false;
    sendOrFail();
    failIfDropped();
    if (isHigh() && Await.isPermitted()) {
      awaitDrain();
    }
  }

  private void sendOrFail() throws IOException {
    try {
      send();
    } catch (SourceFileException e) {
      throw new ConnectionClosedException(
          ConnectionClosedException.Side.LOCAL,
          "A flush to " + connection.peer() + " failed: " + e.getMessage(),
          e);
    } catch (IOException e) {
      throw connection.peerClosed("A flush to " + connection.peer() + " failed", e);
    }
  }

  private void failIfDropped() throws IOException {
    if (dropped) {
      throw connection.closedException(
          () -> "A flush to " + connection.peer() + " was not sent to its end");
    }
  }

  /** A thread that must not wait bounds what it writes: to a peer that takes nothing it fails. */
  private void refuseUnlessSent() throws IOException {
    sendOrFail();
    if (takesTooMuch()) {
      long unflushed = buffer.mallocLength();
      buffer.mallocAck(0);
      throw new InlineWaitException(
          "A flush to "
              + connection.peer()
              + " would have to wait on the poll loop's own thread, since "
              + pending()
              + " bytes are unsent there, which is more than its high-water mark, so its "
              + unflushed
              + " bytes were dropped: abort connections whose peers do not read, or run handlers in"
              + " an execution mode other than inline.");
    }
  }

  private void awaitDrain() throws IOException {
    Supplier<String> what = () -> "A flush to " + connection.peer();
    long start = System.nanoTime();
    boolean inTime = false;
    if (!WAITER.compareAndSet(this, null, Thread.currentThread())) {
      throw new IllegalStateException(
          what.get()
              + " was refused because another thread is writing to this connection: let one thread"
              + " at a time write.");
    }
    try {
      VarHandle.fullFence(); // pairs with the fence of OutputSender.sent
      int unsendable = ConnectionState.CLOSING | ConnectionState.FAILED;
      inTime =
          Await.until(() -> isLow() || connection.state.has(unsendable), limit(start), this, what);
      if (!inTime) {
        throw new WriteTimeoutException(
            what.get()
                + " left "
                + pending()
                + " bytes unsent after "
                + Nanos.text(System.nanoTime() - start)
                + ".");
      }
      failIfDropped();
      if (!isLow()) {
        throw connection.closedException(() -> what.get() + " left " + pending() + " bytes unsent");
      }
    } finally {
      waiter = null; // first: it cannot fail
      if (!inTime) {
        connection.state.set(ConnectionState.WAIT_ABORTED);
      }
      connection.callbacks.waitedSince(start);
    }
  }

  @Override
  public CompletableFuture<?> caughtUp() {
    return connection.loop().caughtUp();
  }

  @Override
  public long progress() {
    return filter == null ? buffer.consumed() : buffer.consumed() + filter.sent();
  }

  /** A thread that waits for what a flush of another gives back waits for that thread, too. */
  @Override
  public boolean areHeldUp() {
    return isLow();
  }

  private Await.Limit limit(long start) {
    return hasFiles() ? new Standstill(start) : () -> deadline.left(start);
  }

  @Override
  public void transferFrom(Path file, long position, long count) throws IOException {
    if (file.getFileSystem() != FileSystems.getDefault()) {
      super.transferFrom(file, position, count);
      return;
    }
    StackRoom.forAConnection();
    OpenFiles.check(file, position, count);
    if (connection.state.has(ConnectionState.CLOSING | ConnectionState.FAILED)) {
      throw connection.closedException(
          () -> "The file " + file + " was not sent to " + connection.peer());
    }
    if (filter != null) {
      super.transferFrom(file, position, count); // whose bytes are to be changed
    } else if (count > 0) {
      SourceFile source = connection.loop().provider().openFile(file);
      keep(source, count);
      buffer.append(source, position, count);
    }
  }

  private void keep(SourceFile source, long count) {
    OpenFiles open = files;
    if (open == null) {
      open = new OpenFiles();
      files = open;
    }
    open.add(source, count);
    VarHandle.fullFence(); // pairs with LoopEndpoint.closed: sets CLOSED, then closes the files
    if (connection.state.has(ConnectionState.CLOSED)) {
      end();
    }
  }

  @Override
  protected void beginParts() {
    Await.permit(() -> "Copying a file of more than 1 MiB to " + connection.peer());
  }

  @Override
  protected void brokeOff(IOException cause) {
    connection.closeForFailure("got a part of a file that cannot be read on", cause);
  }

  /** The limit of a wait for a file: it begins anew if bytes have left when it is over. */
  private final class Standstill implements Await.Limit {
    private long since;
    private long left = buffer.consumed();

    Standstill(long since) {
      this.since = since;
    }

    @Override
    public long nanosLeft() {
      long nanos = deadline.left(since);
      long now = buffer.consumed();
      if (nanos > 0 || now == left) {
        return nanos;
      }
      left = now;
      since = System.nanoTime();
      return deadline.left(since);
    }
  }
}
