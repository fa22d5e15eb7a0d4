package io.netpoll.nio;

import io.netpoll.spi.Filter;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.contract.ConnectionContract;
import io.netpoll.testkit.contract.PassThroughFilter;

/** Connections with a filter keep the contract. */
class FilteredNioContractTest extends ConnectionContract {
  @Override
  protected PollerProvider provider() {
    return new NioPollerProvider();
  }

  @Override
  protected Filter.Factory filter() {
    return PassThroughFilter::new;
  }
}
