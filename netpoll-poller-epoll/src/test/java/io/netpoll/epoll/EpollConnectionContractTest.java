package io.netpoll.epoll;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.contract.ConnectionContract;
import java.util.OptionalInt;

/** Connections over the epoll backend keep the contract, in every execution mode. */
class EpollConnectionContractTest extends ConnectionContract {
  @Override
  protected PollerProvider provider() {
    return new EpollPollerProvider();
  }

  @Override
  protected OptionalInt duplicate(int descriptor) {
    return OptionalInt.of(Kernel.duplicate(descriptor));
  }
}
