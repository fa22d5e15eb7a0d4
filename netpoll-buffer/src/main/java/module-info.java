/**
 * The linked buffer and the page pool behind it.
 *
 * <p>Applications reach it through {@link io.netpoll.LinkBuffer#create()}; its package is exported
 * to the engine only.
 */
@SuppressWarnings("module") // io.netpoll.core is built later and need not be there
module io.netpoll.buffer {
  requires transitive io.netpoll.api;
  requires static org.jspecify;

  exports io.netpoll.buffer to
      io.netpoll.core;

  provides io.netpoll.spi.BufferProvider with
      io.netpoll.buffer.LinkedBufferProvider;
}
