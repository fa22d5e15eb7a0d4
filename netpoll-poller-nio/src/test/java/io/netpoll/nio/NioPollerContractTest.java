package io.netpoll.nio;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.contract.PollerContract;

/** The NIO backend keeps the SPI's contract. */
class NioPollerContractTest extends PollerContract {
  @Override
  protected PollerProvider provider() {
    return new NioPollerProvider();
  }
}
