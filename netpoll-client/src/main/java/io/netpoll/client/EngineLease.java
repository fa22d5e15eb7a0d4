package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.ConnectionPool.Lease;
import io.netpoll.PoolListener.Reason;
import io.netpoll.core.connection.EngineConnection;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A connection of an {@link EnginePool} that is lent; whoever ends the lease first gives it back.
 */
final class EngineLease implements Lease {
  private final EnginePool pool;
  private final PooledEntry<EngineConnection> place;
  private final AtomicBoolean ended = new AtomicBoolean();

  EngineLease(EnginePool pool, PooledEntry<EngineConnection> place) {
    this.pool = pool;
    this.place = place;
  }

  @Override
  public Connection connection() {
    if (ended.get()) {
      throw new IllegalStateException(
          "The lease has ended, and its connection belongs to somebody else: acquire another one.");
    }
    return place.connection;
  }

  @Override
  public void discard() {
    end(Reason.DISCARDED);
  }

  @Override
  public void close() {
    end(null);
  }

  private void end(@Nullable Reason reason) {
    if (ended.compareAndSet(false, true)) {
      pool.giveBack(place, reason);
    }
  }
}
