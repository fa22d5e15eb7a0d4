package io.netpoll.core;

import io.netpoll.spi.Poller;

/**
 * Closes the poller of a loop that ends and tells everybody who waits for it: the poller tells
 * every connection, acceptance and dial; timers are {@linkplain TimerWheel.Timer#ended told}.
 * Nothing here throws, and what fails keeps nobody else from being told. Leader only.
 */
final class LoopEnd {
  private final Poller poller;
  private final ConnectionList connections;
  private final TimerWheel timers;

  LoopEnd(Poller poller, ConnectionList connections, TimerWheel timers) {
    this.poller = poller;
    this.connections = connections;
    this.timers = timers;
  }

  void tellEverybody() {
    try {
      poller.close();
    } catch (Throwable t) {
      LoopFailures.report(
          "A poller could not be closed; its connections are told all the same.", t);
    }
    EngineConnection untold;
    while ((untold = connections.first()) != null) { // one that the poller has not told
      tell(untold);
    }
    TimerWheel.Timer timer;
    while ((timer = timers.end()) != null) {
      tell(timer);
    }
  }

  private void tell(EngineConnection connection) {
    try {
      connection.leader.closed();
    } catch (Throwable t) {
      LoopFailures.report("A connection could not be told that its poller is closed.", t);
      if (connection == connections.first()) {
        connection.loop().remove(connection);
      }
    }
  }

  private static void tell(TimerWheel.Timer timer) {
    try {
      timer.ended();
    } catch (Throwable t) {
      LoopFailures.report("A timer could not be told that its poll loop has ended.", t);
    }
  }
}
