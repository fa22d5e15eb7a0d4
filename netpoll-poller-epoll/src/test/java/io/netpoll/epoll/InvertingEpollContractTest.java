package io.netpoll.epoll;

import io.netpoll.spi.Filter;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.contract.ConnectionContract;
import io.netpoll.testkit.contract.InvertingFilter;
import io.netpoll.testkit.contract.InvertingProvider;
import java.util.OptionalInt;

/** Connections whose filter changes every byte keep the contract. */
class InvertingEpollContractTest extends ConnectionContract {
  @Override
  protected PollerProvider provider() {
    return new InvertingProvider(new EpollPollerProvider());
  }

  @Override
  protected Filter.Factory filter() {
    return InvertingFilter::new;
  }

  @Override
  protected OptionalInt duplicate(int descriptor) {
    return OptionalInt.of(Kernel.duplicate(descriptor));
  }
}
