package io.netpoll.client;

import io.netpoll.ConnectionPool;
import io.netpoll.Dialer;
import io.netpoll.spi.ClientProvider;

/** Makes dialers and pools for the API. */
public final class Client implements ClientProvider {

  /** For ServiceLoader. */
  public Client() {}

  @Override
  public Dialer.Builder dialer() {
    return new EngineDialerBuilder();
  }

  @Override
  public ConnectionPool.Builder connectionPool(String network, String address) {
    return new EnginePoolBuilder(Target.parse(network, address));
  }
}
