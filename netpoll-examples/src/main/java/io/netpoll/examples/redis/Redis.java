package io.netpoll.examples.redis;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/**
 * Databases in memory that speak the protocol of Redis, RESP2, with its most used commands on
 * strings, lists, hashes and sets. What they hold is gone when the process ends. Thread-safe.
 */
public final class Redis {
  private final Keyspace keyspace;
  private final AtomicLong lastClient = new AtomicLong();
  private final AtomicInteger clients = new AtomicInteger();
  private final CommandTable commands =
      new CommandTable(
          List.of(
              ConnectionCommands.all(),
              KeyCommands.all(),
              StringCommands.all(),
              ListCommands.all(),
              HashCommands.all(),
              SetCommands.all(),
              new ServerCommands(clients::get).all()));

  /** Makes empty databases. */
  public Redis() {
    this(System::currentTimeMillis);
  }

  /** Makes empty databases with a clock that tells the milliseconds since 1970. */
  Redis(LongSupplier clock) {
    keyspace = new Keyspace(clock);
  }

  /**
   * Describes a server of these databases. Answers to commands that came together leave together.
   *
   * @return a builder, to which limits may be added
   */
  public EventLoop.Builder server() {
    return EventLoop.withContext(this::open)
        .onRequest((connection, session) -> session.serve())
        .coalesceFlushes(true);
  }

  private Session open(Connection connection) {
    clients.incrementAndGet();
    connection.addCloseCallback(closed -> clients.decrementAndGet());
    return new Session(connection, lastClient.incrementAndGet(), keyspace, commands);
  }
}
