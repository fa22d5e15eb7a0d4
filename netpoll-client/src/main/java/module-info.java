/**
 * Clients: the dialer, and queues for many writers of one connection. Found by the API at run time.
 */
module io.netpoll.client {
  requires io.netpoll.api;
  requires io.netpoll.core;
  requires static org.jspecify;

  provides io.netpoll.spi.ClientProvider with
      io.netpoll.client.Client;
}
