package io.netpoll.testkit;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;

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
 * is read by whoever sends, and {@code token} sees all threads.
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
  private final OutputToken token = new OutputToken(this);

  private volatile State state;
  private boolean reading;
  private boolean overshoots;
  private boolean inputEnded;
  private boolean resetTold;
  private long leftInBatch;

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
    return token.isPollers() && side.isWritable();
  }

  private boolean canReceive() {
    return !inputEnded && (reading || overshoots) && side.isReadable();
  }

  private boolean canNoticeReset() {
    return !reading && !overshoots && !inputEnded && !resetTold && side.isReset();
  }

  @Override
  public void dispatch() {
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
    try {
      if (canSend()) {
        sendForPoller();
      }
      if (state == State.OPEN && canReceive()) {
        receive();
      }
      if (state == State.OPEN && canNoticeReset()) {
        resetTold = true;
        endpoint.wasReset();
      }
    } catch (IOException e) {
      if (state == State.OPEN) {
        fail(e);
      }
    }
  }

  private void fail(IOException cause) {
    state = State.FAILED;
    endpoint.failed(cause);
  }

  private void sendForPoller() throws IOException {
    while (transfer.send(endpoint.output())) {
      // The token is the engine's again while drained() runs: another thread may send at once.
      token.takeFromPoller();
      if (endpoint.output().drained()) {
        return;
      }
      token.giveToPoller();
    }
  }

  private void receive() throws IOException {
    overshoots = false;
    Transfer.Read met =
        FakeNetwork.isCompletionBased()
            ? transfer.receive(endpoint.input(), poller.pages())
            : transfer.receive(endpoint.input());
    switch (met) {
      case SOME -> {}
      case UNWANTED -> reading = false;
      case END -> {
        inputEnded = true;
        endpoint.input().ended();
      }
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
  public boolean send() throws IOException {
    refuseIn(State.CLOSED, "send()");
    refuseIn(State.CONNECTING, "send()");
    token.beginSend();
    try {
      if (state != State.OPEN) {
        throw new IOException("Socket closed");
      }
      return transfer.send(endpoint.output());
    } finally {
      token.endSend();
    }
  }

  @Override
  public void sendWhenWritable() {
    withToken("sendWhenWritable()", token::giveToPoller);
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
    withToken("shutdownOutput()", side::shutdownOutput);
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
    token.refuseWhileSending(method);
    token.takeFromPoller();
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

  /** The leader does what the engine may only while nobody sends and the token is its own. */
  private <X extends Exception> void withToken(String method, Step<X> step) throws X {
    asLeader(
        method,
        () -> {
          refuseIn(State.CONNECTING, method);
          token.refuseUnlessFree(method);
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
