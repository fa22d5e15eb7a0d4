package io.netpoll.client;

import io.netpoll.Dialer;
import io.netpoll.spi.ClientProvider;

/** Makes dialers for the API. */
public final class Client implements ClientProvider {

  /** For ServiceLoader. */
  public Client() {}

  @Override
  public Dialer.Builder dialer() {
    return new EngineDialerBuilder();
  }
}
