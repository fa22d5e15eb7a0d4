package io.netpoll.epoll;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.contract.PollerContract;
import java.util.OptionalInt;

/** The epoll backend keeps the SPI's contract. */
class EpollPollerContractTest extends PollerContract {
  @Override
  protected PollerProvider provider() {
    return new EpollPollerProvider();
  }

  @Override
  protected OptionalInt duplicate(int descriptor) {
    return OptionalInt.of(Kernel.duplicate(descriptor));
  }
}
