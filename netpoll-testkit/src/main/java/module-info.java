/**
 * Fakes and checks for tests: an in-memory poller backend, leak checks, waiting for conditions, a
 * proxy that injects faults, and the contract that every backend must pass.
 */
module io.netpoll.testkit {
  requires transitive io.netpoll.api;
  requires java.management;
  requires org.assertj.core;
  requires transitive org.junit.jupiter.api;
  requires org.junit.jupiter.params;
  requires static org.jspecify;

  exports io.netpoll.testkit;
  exports io.netpoll.testkit.contract;
  exports io.netpoll.testkit.proxy;

  // JUnit makes and fills the classes of the contract.
  opens io.netpoll.testkit.contract to
      org.junit.platform.commons;

  uses io.netpoll.spi.PollerProvider;

  provides io.netpoll.spi.PollerProvider with
      io.netpoll.testkit.FakePollerProvider,
      io.netpoll.testkit.CountedProvider;
}
