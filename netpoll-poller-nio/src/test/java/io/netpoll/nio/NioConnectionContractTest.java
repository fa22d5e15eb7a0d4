package io.netpoll.nio;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.contract.ConnectionContract;

/** Connections over the NIO backend keep the contract, in every execution mode. */
class NioConnectionContractTest extends ConnectionContract {
  @Override
  protected PollerProvider provider() {
    return new NioPollerProvider();
  }
}
