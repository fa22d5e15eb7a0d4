package io.netpoll.benchmarks;

import io.netty.channel.ChannelPipeline;

/** What a peer on Netty does for its connections. */
interface NettyService extends AutoCloseable {

  /** Builds the pipeline of a connection, on its event loop. */
  void addTo(ChannelPipeline pipeline);

  /** Ends the threads that it has beside the event loops, which have ended by then. */
  @Override
  default void close() {}
}
