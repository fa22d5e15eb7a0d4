package io.netpoll.server;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.spi.ServerProvider;

/** Makes event loops and listeners for the API. */
public final class Server implements ServerProvider {

  /** For ServiceLoader. */
  public Server() {}

  @Override
  public EventLoop.Builder eventLoop(OnRequest onRequest) {
    return new ServingLoopBuilder(onRequest);
  }

  @Override
  public Listener.Builder listener() {
    return new BoundListenerBuilder();
  }
}
