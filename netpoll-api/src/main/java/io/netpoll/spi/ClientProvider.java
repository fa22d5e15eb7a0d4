package io.netpoll.spi;

import io.netpoll.Dialer;

/** Found by the API with ServiceLoader: makes dialers. Implemented by netpoll-client. */
public interface ClientProvider {

  /**
   * Starts to describe a dialer.
   *
   * @return a builder
   */
  Dialer.Builder dialer();
}
