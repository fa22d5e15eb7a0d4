package io.netpoll.spi;

import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;

/** Found by the API with ServiceLoader: makes poller groups. Implemented by netpoll-core. */
public interface EngineProvider {

  /**
   * Starts to describe a group.
   *
   * @return a builder
   */
  PollerGroup.Builder group();

  /**
   * The group for those who name none.
   *
   * @return always the same group
   * @throws PollerUnavailableException if no backend can be used
   */
  PollerGroup sharedGroup() throws PollerUnavailableException;
}
