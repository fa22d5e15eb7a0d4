package io.netpoll.testkit;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A simulated connection under watch.
 *
 * <pre>
 *  CONNECTING --connected()--> OPEN --close()/abort()--> CLOSING   --closed()-->   CLOSED
 *      |                        |  \--detach()---------> DETACHING --detached()--> CLOSED
 *      \------failed()------> FAILED --close()---------> CLOSING
 * </pre>
 *
 * <p>All fields but {@code sender} and {@code pollerSends} are the leader's; those two say who
 * holds the output token as far as the fake can see.
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
  private final SocketAddress local;
  private final SocketAddress remote;
  private final @Nullable Side side;
  private final @Nullable Transfer transfer;
  private final @Nullable IOException refusal;

  private final AtomicReference<@Nullable Thread> sender = new AtomicReference<>();
  private volatile boolean pollerSends;
  private volatile State state;
  private boolean reading;
  private boolean overshoots;
  private boolean inputEnded;
  private long leftInBatch;

  private FakeHandle(
      FakePoller poller,
      Endpoint endpoint,
      SocketAddress local,
      SocketAddress remote,
      @Nullable Side side,
      @Nullable IOException refusal,
      State state) {
    this.poller = poller;
    this.endpoint = endpoint;
    this.local = local;
    this.remote = remote;
    this.side = side;
    this.transfer = side == null ? null : new Transfer(side);
    this.refusal = refusal;
    this.state = state;
    if (side != null) {
      side.watch(poller::signal);
    }
  }

  static FakeHandle attached(FakePoller poller, Side side, Endpoint endpoint) {
    return new FakeHandle(poller, endpoint, side.local, side.remote, side, null, State.OPEN);
  }

  /** A handle that connects: to {@code side}, or refused, or (both null) never answered. */
  static FakeHandle connecting(
      FakePoller poller,
      SocketAddress local,
      SocketAddress remote,
      @Nullable Side side,
      @Nullable IOException refusal,
      Endpoint endpoint) {
    return new FakeHandle(poller, endpoint, local, remote, side, refusal, State.CONNECTING);
  }

  @Override
  public boolean isDue() {
    return switch (state) {
      case CONNECTING -> side != null || refusal != null;
      case OPEN -> canSend() || canReceive();
      case FAILED, CLOSED -> false;
      case CLOSING, DETACHING -> true;
    };
  }

  private boolean canSend() {
    return pollerSends && socket().isWritable();
  }

  private boolean canReceive() {
    return !inputEnded && (reading || overshoots) && socket().isReadable();
  }

  @Override
  public void dispatch() {
    switch (state) {
      case CONNECTING -> finishConnect();
      case OPEN -> transfer();
      case CLOSING, DETACHING -> {
        if (leftInBatch < poller.batchNumber()) {
          finish();
        }
      }
      case FAILED, CLOSED -> {}
    }
  }

  private void finishConnect() {
    if (refusal != null) {
      state = State.FAILED;
      endpoint.failed(refusal);
    } else if (side != null) {
      state = State.OPEN;
      endpoint.connected();
    }
  }

  private void transfer() {
    try {
      if (canSend()) {
        sendForPoller();
      }
      if (state == State.OPEN && canReceive()) {
        receive();
      }
    } catch (IOException e) {
      if (state == State.OPEN) {
        state = State.FAILED;
        endpoint.failed(e);
      }
    }
  }

  private void sendForPoller() throws IOException {
    while (transfers().send(endpoint.output())) {
      // The token is the engine's again while drained() runs: another thread may send at once.
      pollerSends = false;
      if (endpoint.output().drained()) {
        return;
      }
      pollerSends = true;
    }
  }

  private void receive() throws IOException {
    overshoots = false;
    Transfer.Read met =
        FakeNetwork.isCompletionBased()
            ? transfers().receive(endpoint.input(), poller.pages())
            : transfers().receive(endpoint.input());
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
      endpoint.detached(new FakeStreamSocket(socket()));
    } else {
      endpoint.closed();
    }
  }

  @Override
  public void closeWithPoller() {
    if (state == State.DETACHING) {
      finish();
    } else if (state != State.CLOSED) {
      leave(State.CLOSING);
      if (side != null) {
        side.close();
      }
      finish();
    }
  }

  @Override
  public boolean send() throws IOException {
    refuseAfterLast("send()");
    Thread other = sender.compareAndExchange(null, Thread.currentThread());
    if (other != null) {
      throw violation("send() while " + other.getName() + " sends");
    }
    try {
      if (state == State.CONNECTING) {
        throw violation("send() before connected()");
      }
      if (pollerSends) {
        throw violation("send() while the poller holds the output token");
      }
      if (state != State.OPEN) {
        throw new IOException("Socket closed");
      }
      return transfers().send(endpoint.output());
    } finally {
      sender.set(null);
    }
  }

  @Override
  public void sendWhenWritable() {
    leader(
        "sendWhenWritable()",
        () -> {
          refuseWhileSending("sendWhenWritable()");
          if (state == State.CONNECTING) {
            throw violation("sendWhenWritable() before connected()");
          }
          if (pollerSends) {
            throw violation("sendWhenWritable() while the poller holds the output token");
          }
          pollerSends = state == State.OPEN;
        });
  }

  @Override
  public void pauseInput() {
    leader(
        "pauseInput()",
        () -> {
          overshoots = reading && FakeNetwork.isCompletionBased();
          reading = false;
        });
  }

  @Override
  public void resumeInput() {
    leader("resumeInput()", () -> reading = true);
  }

  @Override
  public void shutdownOutput() throws IOException {
    poller.asLeader(
        this + ".shutdownOutput()",
        () -> {
          refuseAfterLast("shutdownOutput()");
          refuseWhileSending("shutdownOutput()");
          if (pollerSends) {
            throw violation("shutdownOutput() while the poller holds the output token");
          }
          if (state == State.CONNECTING) {
            throw violation("shutdownOutput() before connected()");
          }
          if (state == State.OPEN) {
            socket().shutdownOutput();
          }
          return true;
        });
  }

  @Override
  public void close() {
    poller.asLeader(this + ".close()", () -> end("close()", false));
  }

  @Override
  public void abort() {
    poller.asLeader(this + ".abort()", () -> end("abort()", true));
  }

  private void end(String method, boolean withReset) {
    if (state == State.CLOSING || state == State.DETACHING || state == State.CLOSED) {
      return;
    }
    refuseWhileSending(method);
    leave(State.CLOSING);
    if (side != null) {
      if (withReset) {
        side.abort();
      } else {
        side.close();
      }
    }
  }

  @Override
  public void detach() {
    leader(
        "detach()",
        () -> {
          refuseWhileSending("detach()");
          if (state == State.CONNECTING || state == State.FAILED) {
            throw violation("detach() of a socket that is not connected");
          }
          if (state == State.OPEN) {
            leave(State.DETACHING);
          }
        });
  }

  /** No event but the last one follows. */
  private void leave(State next) {
    state = next;
    leftInBatch = poller.batchNumber();
    pollerSends = false;
    if (side != null) {
      side.watch(null);
    }
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    Options.check(local, option);
    if (side == null || state == State.CLOSING || state == State.CLOSED) {
      throw new IOException("Socket closed");
    }
    side.options.put(option, value);
  }

  @Override
  public SocketAddress localAddress() {
    return local;
  }

  @Override
  public SocketAddress remoteAddress() {
    return remote;
  }

  private void leader(String method, Runnable action) {
    poller.asLeader(
        this + "." + method,
        () -> {
          refuseAfterLast(method);
          action.run();
        });
  }

  private void refuseAfterLast(String method) {
    if (state == State.CLOSED) {
      throw violation(method + " after the last event");
    }
  }

  private void refuseWhileSending(String method) {
    Thread other = sender.get();
    if (other != null) {
      throw violation(method + " while " + other.getName() + " sends");
    }
  }

  private IllegalStateException violation(String what) {
    return Violations.record(what + " on " + this + ".");
  }

  private Side socket() {
    if (side == null) {
      throw new IllegalStateException("There is no socket.");
    }
    return side;
  }

  private Transfer transfers() {
    if (transfer == null) {
      throw new IllegalStateException("There is no socket.");
    }
    return transfer;
  }

  @Override
  public String toString() {
    return local + " - " + remote;
  }
}
