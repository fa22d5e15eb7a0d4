package io.netpoll.client;

import io.netpoll.PoolListener.Reason;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a change of a {@link PoolState} leaves to do outside of its lock. Filled under the lock by
 * the thread that makes the change, and then carried out by it.
 *
 * @param <C> the type of the connections
 */
final class Effects<C> {

  /** A connection to close, which is in no list any more. */
  record Removal<C>(C connection, Reason reason, boolean wasIdle) {}

  private @Nullable List<Removal<C>> removals;
  private @Nullable List<Waiter<C>> served;

  /** How many dials are to be started. */
  int dials;

  /** When idle connections are to be looked at, by the clock of System.nanoTime. */
  long lookAt = PoolState.NEVER;

  /** Whether what is missing of the minimum is to be dialled after a pause. */
  boolean refillsLater;

  /** Whether a closed pool has lost its last connection. */
  boolean emptied;

  void remove(C connection, Reason reason, boolean wasIdle) {
    if (removals == null) {
      removals = new ArrayList<>(1);
    }
    removals.add(new Removal<>(connection, reason, wasIdle));
  }

  void wake(Waiter<C> waiter) {
    if (served == null) {
      served = new ArrayList<>(1);
    }
    served.add(waiter);
  }

  List<Removal<C>> removals() {
    return removals == null ? List.of() : removals;
  }

  List<Waiter<C>> served() {
    return served == null ? List.of() : served;
  }
}
