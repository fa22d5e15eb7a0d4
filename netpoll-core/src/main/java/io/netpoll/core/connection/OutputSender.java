package io.netpoll.core.connection;

import io.netpoll.buffer.OutputWriter;
import io.netpoll.core.execution.LeftOutput;
import io.netpoll.core.loop.LoopFailures;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Output;
import io.netpoll.spi.SourceFileException;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * The socket's end of a connection's output: the holder of the {@link SocketToken} sends what the
 * {@linkplain ConnectionOutput user's end} has flushed, as a rule the writing thread itself, so
 * that an answer leaves without a wake-up.
 *
 * <p>What is flushed belongs to the consumer: the holder of the token, and once the token is shut
 * the thread that {@linkplain #end ends} the output.
 *
 * <p>A sender acknowledges bytes, puts a full fence, and looks for those that wait for that. In
 * inline execution, where more than the high-water mark stays pending after a run, input and
 * handler calls stop until no more than the low-water mark is.
 */
abstract class OutputSender extends OutputWriter implements Output, LeftOutput {
  /** Sends, at most, for one event before others have their turn. */
  private static final int SENDS_PER_EVENT = 16;

  final EngineConnection connection;
  final @Nullable ConnectionFilter filter;
  final SocketToken token = new SocketToken();

  /** Null as long as no file was written. Set by the writing thread. */
  volatile @Nullable OpenFiles files;

  /**
   * Input waits for output to drain. Set in inline execution by the leader, cleared by the sender.
   */
  private volatile boolean throttlingInput;

  /** Flushed bytes were given back unsent. Set by the thread that drops them. */
  volatile boolean dropped;

  /** How many bytes had been sent by then. Written before that. */
  private long sentBeforeDrop;

  OutputSender(EngineConnection connection) {
    this.connection = connection;
    this.filter = connection.filter;
  }

  // ---- What the user's end says ----------------------------------------------------------------

  /** Bytes have left: wakes whoever waits for that. After a full fence. */
  abstract void drainedSome();

  // ---- The holder of the token ---------------------------------------------------------------

  @Override
  public int collect(Spans into) {
    if (filter != null) {
      return filter.collect(buffer, into);
    }
    int bytes = buffer.collect(into);
    OpenFiles open = files;
    if (open != null) {
      open.collected(into.file() != null);
    }
    return bytes;
  }

  @Override
  public void sent(int bytes) {
    try {
      if (filter != null) {
        filter.sent(bytes);
      } else {
        buffer.acknowledge(bytes);
      }
      OpenFiles open = files;
      if (open != null) {
        open.sent(bytes);
      }
      connection.loop().counters().wrote(bytes);
    } catch (Throwable t) { // they have left, and may still be in the chain
      connection.reset();
      throw t;
    }
    connection.recordActivity();
    VarHandle.fullFence(); // pairs with the fences of awaitDrain, sendDeferred and Pipe
    if (throttlingInput && isLow()) {
      throttlingInput = false;
      connection.endpoint.post(LoopEndpoint.RESUME);
    }
    drainedSome();
  }

  /** The socket takes bytes, and the poller has the token. Leader only. */
  void writable() {
    Handle handle = connection.endpoint.handle();
    if (!token.isPassed()) {
      handle.ignoreOutput();
      return;
    }
    try {
      if (handle.send(this, SENDS_PER_EVENT) && drained()) {
        handle.ignoreOutput();
      } // else the socket, which stays writable if it is not full, brings the next turn
    } catch (IOException e) {
      connection.endpoint.failed(e);
    }
  }

  /** Gives the token back, unless more was flushed meanwhile. */
  private boolean drained() {
    token.release();
    if (isSendable() && token.tryPass()) {
      return false;
    }
    connection.endpoint.outputReleased();
    return true;
  }

  // ---- The leader ----------------------------------------------------------------------------

  /** Lets the poller send, if it has the token. */
  void armPoller() {
    if (token.isPassed()) {
      connection.endpoint.handle().watchOutput();
    }
  }

  /** Sends FIN if that was asked for and everything was sent. */
  void finishNow() {
    int over = ConnectionState.FINISHED | ConnectionState.FAILED;
    sendFiltered();
    if (!connection.isFilterOpen()) {
      return; // it is asked for again when that is open
    }
    if (pending() > 0 || connection.state.has(over) || !token.tryHold()) {
      return; // the holder of the token asks for it again when it is done
    }
    if (isSendable()) { // the filter has a last word, which another thread was about to send
      token.release();
      connection.endpoint.post(LoopEndpoint.FINISH);
      return;
    }
    try {
      connection.endpoint.handle().shutdownOutput();
      connection.state.set(ConnectionState.FINISHED);
      connection.wakeWaiters();
    } catch (IOException e) {
      connection.endpoint.failedLater(e);
    } finally {
      token.release();
      connection.endpoint.outputReleased();
    }
  }

  // ---- The run, or after it the thread that it has left this to --------------------------------

  /** Sends what the run left; in inline execution, input waits if that is too much. */
  void sendLeft() {
    if (!sendHeld() || !connection.loop().isInline()) {
      return;
    }
    if (isHigh()) {
      throttlingInput = true;
      VarHandle.fullFence(); // pairs with the fence of sent
      if (isLow()) {
        throttlingInput = false;
        connection.endpoint.post(LoopEndpoint.RESUME); // a reader may have seen it meanwhile
      }
    }
  }

  /** Sends what the run left, after it; resets the connection if that fails, and throws nothing. */
  @Override
  public void sendLate() {
    try {
      sendLeft();
    } catch (Throwable t) { // there is no memory, or a fault of this library
      try {
        connection.reset();
      } catch (Throwable again) {
        LoopFailures.goesOnAfter(again);
      }
      LoopFailures.goesOnAfter(t);
    }
  }

  // ---- Any thread, once CLOSED is set ----------------------------------------------------------

  /** Ends sending for good, and drops what was flushed and not sent. */
  void end() {
    if (token.tryShut()) { // else a thread sends still, and comes here after it
      drop();
      OpenFiles open = files;
      if (open != null) {
        open.close();
      }
    }
  }

  /** Drops what is published, once the token is shut; what a writer has not flushed stays its. */
  private void drop() {
    while (pending() > 0 && token.tryDrop()) {
      try {
        if (!dropped) {
          sentBeforeDrop = sent();
          dropped = true;
        }
        buffer.acknowledge((int) Math.min(buffer.written() - buffer.consumed(), Integer.MAX_VALUE));
        if (filter != null) {
          filter.drop(buffer);
        }
      } finally {
        token.dropped();
      }
    }
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** Sends what is held back; returns false if the connection fails, of which it has been told. */
  @Override
  public boolean sendHeld() {
    try {
      send();
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /** Takes the token; false if another holds it, which sees what was published before this. */
  private boolean tryHold() {
    if (token.tryHold()) {
      return true;
    }
    VarHandle.fullFence(); // pairs with the one of SocketToken.release
    return token.tryHold();
  }

  /** Sends what is pending, unless another thread or the poller does. */
  void send() throws IOException {
    if (filter != null) {
      VarHandle.fullFence(); // it may become able to send, by another thread
    }
    while (isSendable() && tryHold()) {
      boolean all;
      try {
        all = connection.endpoint.handle().send(this, Integer.MAX_VALUE);
      } catch (SourceFileException e) {
        token.release();
        connection.closeForFailure("cannot go on", e);
        throw e;
      } catch (IOException e) {
        token.release();
        connection.endpoint.failedLater(e);
        connection.endpoint
            .outputReleased(); // the failure may be known, and closing wait for the token
        throw e;
      } catch (Throwable t) {
        token.release();
        connection.endpoint.outputReleased();
        throw t;
      }
      if (!all) {
        token.pass();
        connection.endpoint.post(LoopEndpoint.ARM);
        return;
      }
      token.release();
      connection.endpoint.outputReleased();
    }
    if (pending() > 0 && token.isShut()) {
      drop(); // published after the last look of the thread that shut the token
    }
  }

  /** Sends what the filter has to send, unless somebody does. */
  void sendFiltered() {
    if (filter != null && isSendable()) {
      sendHeld();
    }
  }

  /** Whether there is something to send now, be it a filter's own. */
  boolean isSendable() {
    return filter == null ? plain() > 0 : filter.isSendable(plain() > 0);
  }

  /** Bytes flushed and not sent, before a filter or after it. */
  @Override
  public long pending() {
    return filter == null ? plain() : filter.unsent(buffer.written());
  }

  /** Whether all up to a count of bytes that were ever written was handed to the system. */
  boolean hasSent(long target) {
    long sent = sent(); // before the look at whether it counts bytes that were dropped
    return (dropped ? sentBeforeDrop : sent) - target >= 0;
  }

  private long sent() {
    return filter == null ? buffer.consumed() : filter.left();
  }

  /** Bytes flushed, and neither sent nor taken by a filter. */
  private long plain() {
    return buffer.written() - (filter == null ? buffer.consumed() : filter.passed());
  }

  /** Whether more than the high-water mark is unsent. */
  boolean isHigh() {
    return pending() > connection.settings.outputHighWaterMark;
  }

  /** Whether no more than the low-water mark is unsent. */
  boolean isLow() {
    return pending() <= connection.settings.outputLowWaterMark;
  }

  /** Whether input waits for output to drain. */
  boolean isThrottlingInput() {
    return throttlingInput;
  }

  /** Whether a file waits to be sent. */
  boolean hasFiles() {
    OpenFiles open = files;
    return open != null && open.any();
  }
}
