/**
 * The interfaces that applications and library authors compile against, and the SPI that poller
 * backends implement.
 *
 * <p>This module depends on nothing but the JDK. The implementations are found at run time with
 * {@link java.util.ServiceLoader}; one that is absent fails with a sentence that names the artifact
 * to add.
 */
@SuppressWarnings("module") // the modules exported to are built after this one
module io.netpoll.api {
  requires static org.jspecify;

  exports io.netpoll;
  exports io.netpoll.spi;
  exports io.netpoll.internal to
      io.netpoll.buffer,
      io.netpoll.client,
      io.netpoll.core,
      io.netpoll.poller.epoll,
      io.netpoll.poller.nio,
      io.netpoll.server,
      io.netpoll.testkit;

  uses io.netpoll.spi.BufferProvider;
  uses io.netpoll.spi.ClientProvider;
  uses io.netpoll.spi.EngineProvider;
  uses io.netpoll.spi.PollerProvider;
  uses io.netpoll.spi.ServerProvider;
}
