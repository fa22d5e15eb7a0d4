package io.netpoll.testkit;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;

/** A simulated listening socket under watch. */
final class FakeListenHandle implements Handle, Watched {
  private final FakePoller poller;
  private final Listening listening;
  private final Map<SocketOption<?>, Object> options;
  private final Acceptor acceptor;

  private boolean accepting = true;
  private boolean closing;
  private boolean closed;
  private long leftInBatch;

  FakeListenHandle(
      FakePoller poller,
      Listening listening,
      Map<SocketOption<?>, Object> options,
      Acceptor acceptor) {
    this.poller = poller;
    this.listening = listening;
    this.options = options;
    this.acceptor = acceptor;
    listening.watch(poller::signal);
  }

  @Override
  public boolean isDue() {
    return closing || accepting && listening.hasArrivals();
  }

  @Override
  public void dispatch() {
    if (closing) {
      if (leftInBatch < poller.batchNumber()) {
        finish();
      }
      return;
    }
    while (accepting && !closing && listening.hasArrivals()) {
      try {
        Fault.ACCEPT.strike();
      } catch (IOException e) {
        acceptor.failed(e);
        return;
      }
      Side side = listening.next();
      if (side != null) {
        Descriptors.opened(side);
        side.options.putAll(options);
        acceptor.accepted(new FakeStreamSocket(side));
      }
    }
  }

  @Override
  public void closeWithPoller() {
    closeSocket();
    finish();
  }

  private void finish() {
    if (!closed) {
      closed = true;
      closing = false;
      accepting = false;
      poller.forget(this);
      acceptor.closed();
    }
  }

  private void closeSocket() {
    if (!closed && !closing) {
      closing = true;
      leftInBatch = poller.batchNumber();
      listening.watch(null);
      listening.close();
    }
  }

  @Override
  public void pauseInput() {
    poller.asLeader(this + ".pauseInput()", () -> accepting = false);
  }

  @Override
  public void resumeInput() {
    poller.asLeader(this + ".resumeInput()", () -> accepting = !closed);
  }

  @Override
  public void close() {
    poller.asLeader(this + ".close()", this::closeSocket);
  }

  @Override
  public void abort() {
    close();
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    listening.options.put(Options.ofListening(listening.address, option), value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    SocketOption<?> own = Options.ofListening(listening.address, option);
    return Options.value(option, listening.options.get(own));
  }

  @Override
  public SocketAddress localAddress() {
    return listening.address;
  }

  @Override
  public SocketAddress remoteAddress() {
    throw notForListening("remoteAddress()");
  }

  @Override
  public int receive(Input into) {
    throw notForListening("receive()");
  }

  @Override
  public boolean send(Output from, int calls) {
    throw notForListening("send()");
  }

  @Override
  public void watchOutput() {
    throw notForListening("watchOutput()");
  }

  @Override
  public void ignoreOutput() {
    throw notForListening("ignoreOutput()");
  }

  @Override
  public int discardInput() {
    throw notForListening("discardInput()");
  }

  @Override
  public void shutdownOutput() {
    throw notForListening("shutdownOutput()");
  }

  @Override
  public void detach() {
    throw notForListening("detach()");
  }

  private IllegalStateException notForListening(String method) {
    return Violations.record(method + " is not for a listening socket: " + this + ".");
  }

  @Override
  public String toString() {
    return listening.toString();
  }
}
