package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.ShardQueue;
import io.netpoll.spi.ClientProvider;

/** Makes dialers and shard queues for the API. */
public final class Client implements ClientProvider {

  /** For ServiceLoader. */
  public Client() {}

  @Override
  public Dialer.Builder dialer() {
    return new EngineDialerBuilder();
  }

  @Override
  public ShardQueue.Builder shardQueue(Connection connection) {
    return new EngineShardQueueBuilder(connection);
  }
}
