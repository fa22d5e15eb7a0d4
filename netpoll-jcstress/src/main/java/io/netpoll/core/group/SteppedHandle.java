package io.netpoll.core.group;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.InputWait;
import io.netpoll.spi.Output;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/** A socket that takes all bytes, or is full, as the test sets it; notes what is asked of it. */
public final class SteppedHandle implements Handle {
  private static final long LONG_NANOS = 1_000_000_000;
  private static final SocketAddress ADDRESS = InetSocketAddress.createUnresolved("peer", 1);

  private final SteppedPoller poller;
  private final Endpoint endpoint;
  private final AtomicBoolean sending = new AtomicBoolean();
  private final AtomicBoolean receiving = new AtomicBoolean();

  /** Whether the socket takes no bytes. */
  public volatile boolean full;

  /** Whether sending fails. */
  public volatile boolean broken;

  /** Bytes that have come and were not read. */
  private final AtomicInteger coming = new AtomicInteger();

  private volatile boolean ended;

  /** Whether a caller slept that nobody woke. */
  public volatile boolean overslept;

  /** Whether two threads were inside a send or a receive, or one was while the socket ended. */
  public volatile boolean misused;

  private volatile int sent;
  private volatile int resumed;
  private volatile boolean armed;
  private boolean watched;
  private volatile boolean closed;
  private volatile boolean aborted;
  private volatile boolean detaching;

  public SteppedHandle(SteppedPoller poller, Endpoint endpoint) {
    this.poller = poller;
    this.endpoint = endpoint;
  }

  public int sent() {
    return sent;
  }

  public int timesResumed() {
    return resumed;
  }

  public boolean isClosed() {
    return closed;
  }

  public boolean isAborted() {
    return aborted;
  }

  /** Whether the poller was told to give the socket back. */
  public boolean isDetaching() {
    return detaching;
  }

  /** Whether the poller was told to send when the socket takes more. */
  public boolean isArmed() {
    return armed;
  }

  @Override
  public int receive(Input into) {
    misused |= closed || detaching || !receiving.compareAndSet(false, true);
    int read = 0;
    if (ended) {
      read = -1;
    } else if (coming.get() > 0) {
      Spans spans = new Spans(2);
      if (into.space(spans)) {
        read = coming.getAndSet(0);
        into.filled(read);
      }
    }
    receiving.set(false);
    return read;
  }

  /** The peer sends bytes. */
  public void comes(int bytes) {
    coming.addAndGet(bytes);
  }

  /** The peer sends FIN. */
  public void ends() {
    ended = true;
  }

  /** Sleeps, and notes it if nothing ends that for a second. */
  @Override
  public boolean awaitInput(InputWait wait, long nanos) {
    misused |= closed || detaching || !receiving.compareAndSet(false, true);
    long start = System.nanoTime();
    boolean woken = false;
    while (coming.get() == 0 && !ended && !woken && System.nanoTime() - start < nanos) {
      Thread.onSpinWait();
      woken = ((SteppedWait) wait).takeWoken() || Thread.currentThread().isInterrupted();
      overslept |= System.nanoTime() - start > LONG_NANOS;
      woken |= overslept;
    }
    receiving.set(false);
    return coming.get() > 0 || ended;
  }

  @Override
  public void watchEnd() {}

  @Override
  public boolean send(Output from, int calls) throws IOException {
    beginSend();
    if (broken) {
      endSend();
      throw new IOException("Broken pipe");
    }
    boolean takes = !full || watched;
    if (takes) {
      sendAll(from);
    }
    endSend();
    return takes;
  }

  /** Has the endpoint send as for a poller that finds the socket writable, until it is done. */
  public void sendAsPoller() {
    watched = true;
    while (watched) {
      endpoint.writable();
    }
  }

  private void sendAll(Output output) {
    Spans spans = new Spans(4);
    for (int bytes = output.collect(spans); bytes > 0; bytes = output.collect(spans)) {
      sent += bytes;
      output.sent(bytes);
    }
  }

  private void beginSend() {
    misused |= closed || !sending.compareAndSet(false, true);
  }

  private void endSend() {
    sending.set(false);
  }

  @Override
  public void watchOutput() {
    armed = true;
  }

  @Override
  public void ignoreOutput() {
    watched = false;
  }

  @Override
  public void pauseInput() {}

  @Override
  public void resumeInput() {
    resumed++;
  }

  @Override
  public int discardInput() {
    return 0;
  }

  @Override
  public void shutdownOutput() {}

  @Override
  public void close() {
    misused |= sending.get() || receiving.get();
    closed = true;
    poller.closed(endpoint);
  }

  @Override
  public void abort() {
    aborted = true;
    close();
  }

  @Override
  public void detach() {
    misused |= sending.get() || receiving.get() || closed;
    detaching = true;
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) {}

  @Override
  public <T> T option(SocketOption<T> option) {
    throw new UnsupportedOperationException("There are no options here: " + option);
  }

  @Override
  public SocketAddress localAddress() {
    return ADDRESS;
  }

  @Override
  public SocketAddress remoteAddress() {
    return ADDRESS;
  }
}
