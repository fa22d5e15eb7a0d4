package io.netpoll.testkit;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

/**
 * A simulated connection under watch.
 *
 * <pre>
 *  CONNECTING --connected()--> OPEN --close()/abort()--> CLOSING   --closed()-->   CLOSED
 *      |                        |  \--detach()---------> DETACHING --detached()--> CLOSED
 *      \------failed()------> FAILED --close()/abort()-> CLOSING
 * </pre>
 *
 * <p>From CONNECTING, too, close() leads to CLOSING. All fields are the leader's, but {@code state}
 * is read by threads that send or receive, and {@code sending} sees all of these.
 */
final class FakeHandle implements Handle, Watched {
  private enum State {
    CONNECTING,
    OPEN,
    FAILED,
    CLOSING,
    DETACHING,
    CLOSED
  }

  private final FakePoller poller;
  private final Endpoint endpoint;
  private final Side side;
  private final Connecting connecting;
  private final Transfer transfer;
  private final SendCheck sending = new SendCheck(this);

  private volatile State state;
  private boolean reading;
  private boolean outputWatched;
  private boolean overshoots;
  private volatile boolean inputEnded;
  private boolean resetTold;
  private long leftInBatch;

  /** The thread in {@link #dispatch}; a thread only asks whether it is itself. */
  private @Nullable Thread dispatching;

  FakeHandle(FakePoller poller, Connecting connecting, boolean connected, Endpoint endpoint) {
    this.poller = poller;
    this.side = connecting.side();
    this.connecting = connecting;
    this.transfer = new Transfer(side);
    this.endpoint = endpoint;
    this.state = connected ? State.OPEN : State.CONNECTING;
    side.watch(poller::signal);
  }

  @Override
  public boolean isDue() {
    return switch (state) {
      case CONNECTING -> connecting.isAnswered();
      case OPEN -> canSend() || canReceive() || canNoticeReset();
      case FAILED, CLOSED -> false;
      case CLOSING, DETACHING -> true;
    };
  }

  private boolean canSend() {
    return outputWatched && side.isWritable();
  }

  private boolean canReceive() {
    return !inputEnded && (reading || overshoots) && side.isReadable();
  }

  private boolean canNoticeReset() {
    return !reading && !overshoots && !inputEnded && !resetTold && side.isReset();
  }

  @Override
  public void dispatch() {
    dispatching = Thread.currentThread();
    try {
      dispatchOne();
    } finally {
      dispatching = null;
    }
  }

  private void dispatchOne() {
    switch (state) {
      case CONNECTING -> finishConnect();
      case OPEN -> doTransfers();
      case CLOSING, DETACHING -> {
        if (leftInBatch < poller.batchNumber()) {
          finish();
        }
      }
      case FAILED, CLOSED -> {}
    }
  }

  private void finishConnect() {
    IOException refusal = connecting.refusal();
    if (refusal == null) {
      state = State.OPEN;
      endpoint.connected();
    } else {
      fail(refusal);
    }
  }

  private void doTransfers() {
    if (canSend()) {
      endpoint.writable();
    }
    if (state == State.OPEN && canReceive()) {
      if (FakeNetwork.isCompletionBased()) {
        complete();
      } else {
        endpoint.readable(false);
      }
    }
    if (state == State.OPEN && canNoticeReset()) {
      resetTold = true;
      endpoint.wasReset();
    }
  }

  private void fail(IOException cause) {
    state = State.FAILED;
    endpoint.failed(cause);
  }

  private void complete() {
    overshoots = false;
    try {
      if (transfer.receive(endpoint, poller.pages()) < 0) {
        inputEnded = true;
        endpoint.ended();
      }
    } catch (OutOfDirectMemoryException e) {
      reading = false;
      endpoint.outOfPages();
    } catch (IOException e) {
      if (state == State.OPEN) {
        fail(e);
      }
    }
  }

  /** What has failed is not reported any more by a poller whose leader knows it. */
  private void breaks() {
    if (dispatching == Thread.currentThread() && state == State.OPEN) {
      state = State.FAILED;
    }
  }

  private void finish() {
    boolean detached = state == State.DETACHING;
    state = State.CLOSED;
    poller.forget(this);
    if (detached) {
      endpoint.detached(new FakeStreamSocket(side));
    } else {
      endpoint.closed();
    }
  }

  @Override
  public void closeWithPoller() {
    if (state != State.CLOSED) {
      end("Poller.close()", State.CLOSING, side::close);
      finish();
    }
  }

  @Override
  public int receive(Input into) throws IOException {
    refuseIn(State.CLOSED, "receive()");
    refuseIn(State.CONNECTING, "receive()");
    if (state != State.OPEN) {
      throw new ClosedChannelException();
    }
    try {
      int read = transfer.receive(into);
      if (read < 0) {
        inputEnded = true;
      }
      return read;
    } catch (IOException e) {
      breaks();
      throw e;
    }
  }

  @Override
  public boolean send(Output from, int calls) throws IOException {
    refuseIn(State.CLOSED, "send()");
    refuseIn(State.CONNECTING, "send()");
    sending.beginSend();
    try {
      if (state != State.OPEN) {
        throw new IOException("Socket closed");
      }
      return transfer.send(from, calls);
    } catch (IOException e) {
      breaks();
      throw e;
    } finally {
      sending.endSend();
    }
  }

  @Override
  public void watchOutput() {
    asLeader("watchOutput()", () -> outputWatched = true);
  }

  @Override
  public void ignoreOutput() {
    asLeader("ignoreOutput()", () -> outputWatched = false);
  }

  @Override
  public void pauseInput() {
    asLeader(
        "pauseInput()",
        () -> {
          overshoots = reading && FakeNetwork.isCompletionBased();
          reading = false;
          return true;
        });
  }

  @Override
  public void resumeInput() {
    asLeader("resumeInput()", () -> reading = true);
  }

  @Override
  public int discardInput() {
    int[] dropped = new int[1];
    asLeader("discardInput()", () -> dropped[0] = transfer.discard());
    return dropped[0];
  }

  @Override
  public void shutdownOutput() throws IOException {
    whileNobodySends("shutdownOutput()", side::shutdownOutput);
  }

  @Override
  public void close() {
    poller.asLeader(this + ".close()", () -> end("close()", State.CLOSING, side::close));
  }

  @Override
  public void abort() {
    poller.asLeader(this + ".abort()", () -> end("abort()", State.CLOSING, side::abort));
  }

  @Override
  public void detach() {
    asLeader(
        "detach()",
        () -> {
          if (state == State.CONNECTING || state == State.FAILED) {
            throw violation("detach() of a socket that is not connected");
          }
          end("detach()", State.DETACHING, () -> side.watch(null));
          return true;
        });
  }

  /** No event but the last one follows. */
  private void end(String method, State next, Runnable socketCall) {
    if (state.compareTo(State.CLOSING) >= 0) {
      return;
    }
    sending.refuseWhileSending(method);
    outputWatched = false;
    state = next;
    leftInBatch = poller.batchNumber();
    socketCall.run();
    side.watch(null);
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    SocketOption<?> own = Options.ofStream(side.local, option);
    if (side.isClosed()) {
      throw new IOException("Socket closed");
    }
    side.options.put(own, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    SocketOption<?> own = Options.ofStream(side.local, option);
    if (side.isClosed()) {
      throw new IOException("Socket closed");
    }
    return Options.value(option, side.options.get(own));
  }

  @Override
  public SocketAddress localAddress() {
    return side.local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return side.remote;
  }

  private <X extends Exception> void asLeader(String method, Action<?, X> action) throws X {
    poller.asLeader(
        this + "." + method,
        () -> {
          refuseIn(State.CLOSED, method);
          return action.run();
        });
  }

  /** The leader does what the engine may only while nobody sends. */
  private <X extends Exception> void whileNobodySends(String method, Step<X> step) throws X {
    asLeader(
        method,
        () -> {
          refuseIn(State.CONNECTING, method);
          sending.refuseWhileSending(method);
          if (state == State.OPEN) {
            step.run();
          }
          return true;
        });
  }

  private interface Step<X extends Exception> {
    void run() throws X;
  }

  private void refuseIn(State refused, String method) {
    if (state == refused) {
      String when = refused == State.CLOSED ? " after the last event" : " before connected()";
      throw violation(method + when);
    }
  }

  private IllegalStateException violation(String what) {
    return Violations.record(what + " on " + this + ".");
  }

  @Override
  public String toString() {
    return side.toString();
  }
}
