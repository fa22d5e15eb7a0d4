/**
 * The engine that server and client share: connections, poll loops and their groups, the execution
 * of handlers. Exported to those two modules only; applications use the API.
 */
@SuppressWarnings("module") // the modules exported to are built after this one
module io.netpoll.core {
  requires transitive io.netpoll.api;
  requires io.netpoll.buffer;
  requires java.management;
  requires static transitive org.jspecify;

  exports io.netpoll.core.connection to
      io.netpoll.client,
      io.netpoll.server;
  exports io.netpoll.core.execution to
      io.netpoll.client,
      io.netpoll.server;
  exports io.netpoll.core.group to
      io.netpoll.client,
      io.netpoll.server;

  provides io.netpoll.spi.EngineProvider with
      io.netpoll.core.group.Engine;
}
