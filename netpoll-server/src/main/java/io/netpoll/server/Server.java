package io.netpoll.server;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.core.group.Engine;
import io.netpoll.internal.Version;
import io.netpoll.internal.Versions;
import io.netpoll.spi.ServerProvider;

/** Makes event loops and listeners for the API. */
public final class Server implements ServerProvider {

  /** For ServiceLoader. */
  public Server() {
    Versions.require("netpoll-server", Version.CURRENT);
    Engine.requireOneVersion();
  }

  @Override
  public EventLoop.Builder eventLoop(OnRequest onRequest) {
    return new ServingLoopBuilder(onRequest);
  }

  @Override
  public Listener.Builder listener() {
    return new BoundListenerBuilder();
  }
}
