/** The poller backend on {@link java.nio.channels.Selector}: runs on every JDK and system. */
module io.netpoll.poller.nio {
  requires io.netpoll.api;
  requires static org.jspecify;

  provides io.netpoll.spi.PollerProvider with
      io.netpoll.nio.NioPollerProvider;
}
