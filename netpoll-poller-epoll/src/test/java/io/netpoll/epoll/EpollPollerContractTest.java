package io.netpoll.epoll;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.contract.PollerContract;

/** The epoll backend keeps the SPI's contract. */
class EpollPollerContractTest extends PollerContract {
  @Override
  protected PollerProvider provider() {
    return new EpollPollerProvider();
  }
}
