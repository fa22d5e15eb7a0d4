package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.ConnectionPool;
import io.netpoll.Dialer;
import io.netpoll.ShardQueue;
import io.netpoll.core.group.Engine;
import io.netpoll.internal.Version;
import io.netpoll.internal.Versions;
import io.netpoll.spi.ClientProvider;

/** Makes dialers, connection pools and shard queues for the API. */
public final class Client implements ClientProvider {
  static {
    Preload.start();
  }

  /** For ServiceLoader. */
  public Client() {
    Versions.require("netpoll-client", Version.CURRENT);
    Engine.requireOneVersion();
  }

  @Override
  public Dialer.Builder dialer() {
    return new EngineDialerBuilder();
  }

  @Override
  public ShardQueue.Builder shardQueue(Connection connection) {
    return new EngineShardQueueBuilder(connection);
  }

  @Override
  public ConnectionPool.Builder connectionPool(String network, String address) {
    return new EnginePoolBuilder(Target.parse(network, address));
  }
}
