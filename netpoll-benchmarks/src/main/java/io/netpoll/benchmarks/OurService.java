package io.netpoll.benchmarks;

import io.netpoll.EventLoop;

/** What our peer does for its connections. */
interface OurService extends AutoCloseable {

  /** Describes the server. */
  EventLoop.Builder server();

  /** Ends the threads that it has beside those of the server, which has been shut down by then. */
  @Override
  default void close() {}
}
