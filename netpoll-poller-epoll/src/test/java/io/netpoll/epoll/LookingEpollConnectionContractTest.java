package io.netpoll.epoll;

import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.contract.ConnectionContract;
import java.util.OptionalInt;

/**
 * Connections over the epoll backend keep the contract, in every execution mode, also where its
 * pollers look before they wait.
 */
class LookingEpollConnectionContractTest extends ConnectionContract {
  @Override
  protected PollerProvider provider() {
    return EpollPollerProvider.looking(30);
  }

  @Override
  protected OptionalInt duplicate(int descriptor) {
    return OptionalInt.of(Kernel.duplicate(descriptor));
  }
}
