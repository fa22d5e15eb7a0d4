/**
 * The interfaces that applications and library authors compile against, and the SPI that poller
 * backends implement.
 *
 * <p>This module depends on nothing but the JDK. The implementations are found at run time with
 * {@link java.util.ServiceLoader}; one that is absent fails with a sentence that names the artifact
 * to add.
 */
module io.netpoll.api {
  requires static org.jspecify;

  exports io.netpoll;
  exports io.netpoll.spi;

  uses io.netpoll.spi.BufferProvider;
  uses io.netpoll.spi.ClientProvider;
  uses io.netpoll.spi.EngineProvider;
  uses io.netpoll.spi.PollerProvider;
  uses io.netpoll.spi.ServerProvider;
}
