package io.netpoll.core.connection;

import io.netpoll.ConnectionClosedException;
import io.netpoll.InlineWaitException;
import io.netpoll.buffer.LinkedBuffer;
import io.netpoll.core.execution.Await;
import io.netpoll.core.execution.FlushBatch;
import io.netpoll.core.execution.LoopThread;
import io.netpoll.internal.StackRoom;
import io.netpoll.spi.SourceFile;
import io.netpoll.spi.SourceFileException;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
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
final class ConnectionOutput extends OutputFlowControl {
  private static final VarHandle PIPE;
  private static final VarHandle WATCH;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      PIPE = lookup.findVarHandle(ConnectionOutput.class, "pipe", Pipe.class);
      WATCH = lookup.findVarHandle(ConnectionOutput.class, "watch", OutputWatch.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /** What writes here; null if it is the writing thread. */
  private volatile @Nullable Pipe pipe;

  /** Those that wait without a thread; null if nobody ever did. */
  private volatile @Nullable OutputWatch watch;

  /** The run only: flushed bytes wait for its end. */
  private boolean deferred;

  ConnectionOutput(EngineConnection connection, ConnectionSettings settings) {
    super(connection, settings);
  }

  // ---- The sender ----------------------------------------------------------------------------

  @Override
  void drainedSome() {
    wakeWaiterIfLow();
    Pipe feeding = pipe;
    if (feeding != null && feeding.isBlocked() && isLow()) {
      feeding.look();
    }
    lookWhoWaits();
  }

  private void lookWhoWaits() {
    OutputWatch watching = watch;
    if (watching != null) {
      watching.look();
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

  @Override
  void wake() {
    VarHandle.fullFence();
    wakeWaiter();
    Pipe feeding = pipe;
    if (feeding != null) {
      feeding.look();
    }
    lookWhoWaits();
  }

  private OutputWatch watch() {
    if (watch == null) {
      WATCH.compareAndSet(this, null, new OutputWatch(connection));
    }
    return Objects.requireNonNull(watch);
  }

  /** Has the callback for room called in time, if there is none, and somebody to be told. */
  void noteIfHigh() {
    if (isHigh() && connection.callbacks.hasOnWritable()) {
      watch().awaitRoom();
    }
  }

  // ---- The writing thread --------------------------------------------------------------------

  @Override
  public void flush() throws IOException {
    beginFlush();
    if (connection.refusesFlush()) {
      refuseUnlessSent();
    }
    boolean isSent = publish(true);
    noteIfHigh();
    if (isSent && isHigh() && Await.isPermitted()) {
      awaitDrain();
    }
  }

  @Override
  public boolean flushOrDrop() throws IOException {
    beginFlush();
    if (isHigh()) {
      sendOrFail();
      failIfDropped();
    }
    boolean isTaken = !isHigh();
    if (isTaken) {
      publish(true);
    } else {
      buffer.mallocAck(0);
    }
    noteIfHigh();
    return isTaken;
  }

  @Override
  public CompletionStage<Void> flushAsync() {
    try {
      beginFlush();
      publish(false);
    } catch (IOException e) {
      return CompletableFuture.failedStage(e);
    }
    noteIfHigh();
    long target = buffer.written();
    return hasSent(target) ? CompletableFuture.completedStage(null) : watch().stageOf(target);
  }

  private void beginFlush() throws IOException {
    StackRoom.forAConnection();
    if (connection.state.has(ConnectionState.CLOSING | ConnectionState.FAILED)) {
      buffer.mallocAck(0);
      throw connection.closedException(() -> "A flush to " + connection.peer() + " sent nothing");
    }
  }

  /** Publishes what was written; whether it sends that now, and not at the end of the run. */
  private boolean publish(boolean mayDefer) throws IOException {
    OpenFiles open = files;
    if (open != null) {
      open.flush();
    }
    buffer.flush();
    deferred = mayDefer && FlushCoalescer.defers(connection);
    if (deferred) {
      connection.callbacks.holdsBack();
      return false;
    }
    sendOrFail();
    failIfDropped();
    return true;
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
}
