package io.netpoll.examples.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;

/**
 * All databases, and the lock that makes each command atomic for all connections, whichever poll
 * loop they are on. It is held while a command computes and never while anything waits for the
 * network, so that it costs little.
 */
final class Keyspace {
  /** The number of databases. */
  static final int DATABASES = 16;

  private final ReentrantLock lock = new ReentrantLock();
  private final LongSupplier clock;
  private final List<Database> databases = new ArrayList<>();

  /**
   * Makes empty databases.
   *
   * @param clock the time in milliseconds since 1970
   */
  Keyspace(LongSupplier clock) {
    this.clock = clock;
    for (int i = 0; i < DATABASES; i++) {
      databases.add(new Database());
    }
  }

  /** A database; what is in it is for those who hold the lock. */
  Database database(int number) {
    return databases.get(number);
  }

  /** The time in milliseconds since 1970. */
  long now() {
    return clock.getAsLong();
  }

  /** Runs a command alone, after what has expired in its database was removed. */
  void run(Command command, Call call) throws CommandException {
    lock.lock();
    try {
      removeExpired(call.database());
      command.action().run(call);
    } finally {
      lock.unlock();
    }
  }

  /** Removes what has expired; the caller holds the lock. */
  void removeExpired(Database database) {
    if (database.hasExpiring()) {
      database.removeExpired(now());
    }
  }
}
