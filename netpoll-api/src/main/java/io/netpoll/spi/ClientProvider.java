package io.netpoll.spi;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.ShardQueue;

/**
 * Found by the API with ServiceLoader: makes dialers and shard queues. Implemented by
 * netpoll-client.
 */
public interface ClientProvider {

  /**
   * Starts to describe a dialer.
   *
   * @return a builder
   */
  Dialer.Builder dialer();

  /**
   * Starts to describe a shard queue.
   *
   * @param connection what it writes to
   * @return a builder
   */
  ShardQueue.Builder shardQueue(Connection connection);
}
