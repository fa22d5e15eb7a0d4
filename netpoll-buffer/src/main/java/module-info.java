/**
 * The page pool that buffers are made of.
 *
 * <p>Its package is exported to the engine only.
 */
@SuppressWarnings("module") // io.netpoll.core is built later and need not be there
module io.netpoll.buffer {
  requires transitive io.netpoll.api;
  requires static org.jspecify;

  exports io.netpoll.buffer to
      io.netpoll.core;
}
