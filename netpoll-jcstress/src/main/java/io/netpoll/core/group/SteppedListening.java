package io.netpoll.core.group;

import io.netpoll.internal.ListeningHandle;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.concurrent.atomic.AtomicInteger;

/** A listening socket at which nobody arrives. It counts how often it is closed. */
final class SteppedListening implements ListenSocket {
  private static final SocketAddress ADDRESS = InetSocketAddress.createUnresolved("here", 1);

  private final AtomicInteger closes = new AtomicInteger();
  private final Watched handle = new Watched();
  private volatile boolean taken;
  private volatile boolean stopped;

  /** Passes it to a poller. */
  Handle watched() {
    if (taken || closes.get() > 0) {
      throw new IllegalStateException("It is watched or closed already.");
    }
    taken = true;
    return handle;
  }

  /** How often it was closed, and whether clients were refused before, at once. */
  String state() {
    return "closed " + closes.get() + (stopped ? " after it stopped" : "");
  }

  @Override
  public SocketAddress localAddress() {
    return ADDRESS;
  }

  @Override
  public boolean stopListening() {
    stopped = closes.get() == 0;
    return stopped;
  }

  @Override
  public void close() {
    if (!taken) {
      closes.incrementAndGet();
    }
  }

  private final class Watched implements ListeningHandle {
    @Override
    public void close() {
      closes.incrementAndGet();
    }

    @Override
    public void abort() {
      close();
    }

    @Override
    public void pauseInput() {}

    @Override
    public void resumeInput() {}

    @Override
    public SocketAddress localAddress() {
      return ADDRESS;
    }

    @Override
    public <T> void setOption(SocketOption<T> option, T value) {
      throw noOptions();
    }

    @Override
    public <T> T option(SocketOption<T> option) {
      throw noOptions();
    }

    private UnsupportedOperationException noOptions() {
      return new UnsupportedOperationException("It has no options.");
    }
  }
}
