/** Clients: the dialer. Found by the API at run time. */
module io.netpoll.client {
  requires io.netpoll.api;
  requires io.netpoll.core;
  requires static org.jspecify;

  provides io.netpoll.spi.ClientProvider with
      io.netpoll.client.Client;
}
