package io.netpoll.spi;

import io.netpoll.Connection;
import io.netpoll.ConnectionPool;
import io.netpoll.Dialer;
import io.netpoll.ShardQueue;

/**
 * Found by the API with ServiceLoader: makes dialers, connection pools and shard queues.
 * Implemented by netpoll-client.
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

  /**
   * Starts to describe a pool of connections.
   *
   * @param network as in {@link Dialer#dial}
   * @param address as in {@link Dialer#dial}
   * @return a builder
   */
  ConnectionPool.Builder connectionPool(String network, String address);
}
