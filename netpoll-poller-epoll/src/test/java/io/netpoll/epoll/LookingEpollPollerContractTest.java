package io.netpoll.epoll;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.contract.PollerContract;

/** The epoll backend keeps the SPI's contract, also where its pollers look before they wait. */
class LookingEpollPollerContractTest extends PollerContract {
  @Override
  protected PollerProvider provider() {
    return EpollPollerProvider.looking(30);
  }
}
