package io.netpoll.spi;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.OnRequest;

/** Found by the API with ServiceLoader: makes servers. Implemented by netpoll-server. */
public interface ServerProvider {

  /**
   * Starts to describe a server.
   *
   * @param onRequest its handler
   * @return a builder
   */
  EventLoop.Builder eventLoop(OnRequest onRequest);

  /**
   * Starts to describe a listener.
   *
   * @return a builder
   */
  Listener.Builder listener();
}
