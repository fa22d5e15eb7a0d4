package io.netpoll.epoll;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.contract.PollerContract;
import java.util.OptionalInt;

/** The epoll backend keeps the SPI's contract, also where its pollers look before they wait. */
class LookingEpollPollerContractTest extends PollerContract {
  @Override
  protected PollerProvider provider() {
    return EpollPollerProvider.looking(30);
  }

  @Override
  protected OptionalInt duplicate(int descriptor) {
    return OptionalInt.of(Kernel.duplicate(descriptor));
  }
}
