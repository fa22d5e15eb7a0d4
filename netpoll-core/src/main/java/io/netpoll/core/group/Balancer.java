package io.netpoll.core.group;

import io.netpoll.LoadBalance;
import io.netpoll.core.connection.ConnectionLoop;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.atomic.AtomicInteger;

/** Picks the loop of a new connection. Thread-safe. */
final class Balancer {
  private final AtomicInteger turn = new AtomicInteger();
  private volatile LoadBalance rule;

  Balancer(LoadBalance rule) {
    this.rule = rule;
  }

  LoadBalance rule() {
    return rule;
  }

  void setRule(LoadBalance rule) {
    this.rule = rule;
  }

  /** Picks one of {@code loops}, of which there is at least one. */
  ConnectionLoop pick(List<ConnectionLoop> loops) {
    return switch (rule) {
      case ROUND_ROBIN ->
          loops.get(Integer.remainderUnsigned(turn.getAndIncrement(), loops.size()));
      case RANDOM -> loops.get(ThreadLocalRandom.current().nextInt(loops.size()));
      case LEAST_CONNECTIONS -> least(loops);
    };
  }

  private static ConnectionLoop least(List<ConnectionLoop> loops) {
    ConnectionLoop least = loops.get(0);
    for (ConnectionLoop loop : loops) {
      if (loop.connections() < least.connections()) {
        least = loop;
      }
    }
    return least;
  }
}
