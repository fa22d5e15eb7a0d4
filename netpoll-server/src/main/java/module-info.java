/** Servers: event loops and listeners. Found by the API at run time. */
module io.netpoll.server {
  requires io.netpoll.api;
  requires io.netpoll.core;
  requires static org.jspecify;

  provides io.netpoll.spi.ServerProvider with
      io.netpoll.server.Server;
}
