/** Fakes and checks for tests: an in-memory poller backend, leak checks, waiting for conditions. */
module io.netpoll.testkit {
  requires transitive io.netpoll.api;
  requires transitive org.junit.jupiter.api;
  requires static org.jspecify;

  exports io.netpoll.testkit;

  provides io.netpoll.spi.PollerProvider with
      io.netpoll.testkit.FakePollerProvider;
}
