package io.netpoll.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.ConnectionPool.Counts;
import io.netpoll.PoolClosedException;
import io.netpoll.PoolListener.Reason;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The decisions of a pool, step by step and by a clock of the test; connections are texts. */
class PoolStateTest {
  private static final long IDLE = 100;
  private static final long LIFE = 1000;

  /** Why connections are of no use. */
  private final Map<String, Reason> faults = new HashMap<>();

  private PoolState<String> state;
  private long now;

  /** What the step before left to do. */
  private Effects<String> todo = new Effects<>();

  private static final class Caller extends Waiter<String> {
    @Override
    void wake() {}
  }

  private void open(int min, int max, long maxIdleAge, long maxLife) {
    state =
        new PoolState<>("a test", new PoolState.Bounds(min, max, maxIdleAge, maxLife), faults::get);
  }

  private Effects<String> step() {
    todo = new Effects<>();
    return todo;
  }

  private Caller enqueue() {
    Caller caller = new Caller();
    state.enqueue(caller, now, step());
    return caller;
  }

  /** A connection that is lent. */
  private PooledEntry<String> lend(String name) {
    Caller caller = enqueue();
    state.dialled(name, now, step());
    return caller.place();
  }

  private PooledEntry<String> keep(String name) {
    PooledEntry<String> place = lend(name);
    state.release(place, null, now, step());
    return place;
  }

  private List<String> removed() {
    return todo.removals().stream()
        .map(removal -> removal.connection() + " " + removal.reason())
        .toList();
  }

  @Test
  void theOneThatWasUsedLastIsLentFirst() {
    open(0, 2, 0, 0);
    PooledEntry<String> first = lend("first");
    PooledEntry<String> second = lend("second");
    state.release(second, null, now, step());
    state.release(first, null, now, step());
    assertThat(state.take(now, step())).isSameAs(first);
    assertThat(state.take(now, step())).isSameAs(second);
    assertThat(state.take(now, step())).isNull();
  }

  @Test
  void asManyDialsAreOrderedAsCallersWait_butNoMoreThanThereIsRoomFor() {
    open(0, 2, 0, 0);
    enqueue();
    assertThat(todo.dials).isEqualTo(1);
    enqueue();
    assertThat(todo.dials).isEqualTo(1);
    enqueue();
    assertThat(todo.dials).isZero();
    assertThat(state.counts()).isEqualTo(new Counts(0, 0, 2, 3));
  }

  @Test
  void whoeverIsFirstIsServed_whateverBringsAConnection() {
    open(0, 2, 0, 0);
    PooledEntry<String> lent = lend("first");
    Caller one = enqueue();
    Caller other = enqueue();
    state.release(lent, null, now, step());
    assertThat(one.place()).isSameAs(lent);
    assertThat(other.isServed()).isFalse();
    state.dialled("second", now, step());
    assertThat(other.place().connection).isEqualTo("second");
  }

  @Test
  void aCallerDoesNotOvertakeThoseWhoWait() {
    open(0, 1, 0, 0);
    enqueue();
    assertThat(state.take(now, step())).isNull();
  }

  @Test
  void aFailureGoesToTheFirstWhoWaits_andTheNextGetsADialOfItsOwn() {
    open(0, 1, 0, 0);
    Caller one = enqueue();
    Caller other = enqueue();
    IOException refused = new IOException("refused");
    state.dialFailed(refused, step());
    assertThat(one.failure()).isSameAs(refused);
    assertThat(other.isServed()).isFalse();
    assertThat(todo.dials).isEqualTo(1);
    assertThat(todo.refillsLater).isFalse();
  }

  @Test
  void aDialOfWhichTheCallerHasGone_isKept() {
    open(0, 1, 0, 0);
    Caller caller = enqueue();
    assertThat(state.giveUp(caller)).isTrue();
    state.dialled("late", now, step());
    assertThat(state.counts()).isEqualTo(new Counts(1, 0, 0, 0));
  }

  @Test
  void aDiscardedConnectionMakesRoomForADial() {
    open(0, 1, 0, 0);
    PooledEntry<String> lent = lend("first");
    enqueue();
    state.release(lent, Reason.UNREAD_INPUT, now, step());
    assertThat(removed()).containsExactly("first UNREAD_INPUT");
    assertThat(todo.dials).isEqualTo(1);
  }

  @Test
  void whatHasAFaultIsNotLent() {
    open(0, 2, 0, 0);
    PooledEntry<String> good = lend("good");
    PooledEntry<String> bad = lend("bad");
    state.release(good, null, now, step());
    state.release(bad, null, now, step());
    faults.put("bad", Reason.CLOSED);
    assertThat(state.take(now, step())).isSameAs(good);
    assertThat(removed()).containsExactly("bad CLOSED");
  }

  @Test
  void whatHasEndedWhenItComesBack_isNotGivenToWhoWaits() {
    open(0, 1, 0, 0);
    PooledEntry<String> lent = lend("first");
    Caller waiting = enqueue();
    faults.put("first", Reason.CLOSED);
    state.release(lent, null, now, step());
    assertThat(waiting.isServed()).isFalse();
    assertThat(removed()).containsExactly("first CLOSED");
    assertThat(todo.dials).as("for who waits").isEqualTo(1);
  }

  @Test
  void whatHasEndedWhenItIsDialled_failsTheFirstWhoWaits_insteadOfBeingDialledForEver() {
    open(0, 1, 0, 0);
    Caller waiting = enqueue();
    faults.put("dead", Reason.CLOSED);
    assertThat(state.dialled("dead", now, step())).isNull();
    assertThat(waiting.failure())
        .hasMessage("a test closed a connection as soon as it was established.");
    assertThat(removed()).containsExactly("dead CLOSED");
    assertThat(todo.dials).isZero();
    assertThat(state.counts()).isEqualTo(new Counts(0, 0, 0, 0));
  }

  @Test
  void whereTheMinimumEndsWhenItIsDialled_itIsDialledAfterAPause() {
    open(1, 1, 0, 0);
    state.refill(step());
    faults.put("dead", Reason.CLOSED);
    state.dialled("dead", now, step());
    assertThat(todo.dials).isZero();
    assertThat(todo.refillsLater).isTrue();
  }

  @Test
  void unreadInputIsAFault_onlyOnceTheConnectionWasLent() {
    open(1, 1, 0, 0);
    faults.put("greeted", Reason.UNREAD_INPUT);
    state.refill(step());
    state.dialled("greeted", now, step());
    PooledEntry<String> place = state.take(now, step());
    assertThat(place.connection).isEqualTo("greeted");
    state.release(place, null, now, step());
    assertThat(removed()).containsExactly("greeted UNREAD_INPUT");
    assertThat(state.take(now, step())).isNull();
  }

  @Test
  void anIdleConnectionThatEndsIsTakenOut_andALentOneLeftToItsUser() {
    open(0, 2, 0, 0);
    PooledEntry<String> lent = lend("lent");
    PooledEntry<String> kept = keep("idle");
    state.gone(kept, step());
    assertThat(removed()).containsExactly("idle CLOSED");
    state.gone(kept, step());
    state.gone(lent, step());
    assertThat(removed()).isEmpty();
    assertThat(state.counts()).isEqualTo(new Counts(0, 1, 0, 0));
  }

  @Test
  void theMinimumIsDialled_afterAPauseWhereThatFails() {
    open(2, 4, 0, 0);
    state.refill(step());
    assertThat(todo.dials).isEqualTo(2);
    state.dialFailed(new IOException("refused"), step());
    assertThat(todo.refillsLater).isTrue();
    assertThat(todo.dials).isZero();
    state.dialFailed(new IOException("refused"), step());
    assertThat(todo.refillsLater).as("one pause is under way").isFalse();
    state.refill(step());
    assertThat(todo.dials).isEqualTo(2);
  }

  @Test
  void idleConnectionsAreLookedAtWhenTheFirstIsDue_andNotBefore() {
    open(0, 3, IDLE, 0);
    PooledEntry<String> first = lend("first");
    PooledEntry<String> second = lend("second");
    assertThat(todo.lookAt).isEqualTo(PoolState.NEVER);
    now = 10;
    state.release(first, null, now, step());
    assertThat(todo.lookAt).isEqualTo(10 + IDLE);
    now = 50;
    state.release(second, null, now, step());
    assertThat(todo.lookAt).as("one look is ordered").isEqualTo(PoolState.NEVER);
    now = 10 + IDLE;
    state.evict(now, step());
    assertThat(removed()).containsExactly("first IDLE_AGE");
    assertThat(todo.lookAt).isEqualTo(50 + IDLE);
    now = 50 + IDLE;
    state.evict(now, step());
    assertThat(removed()).containsExactly("second IDLE_AGE");
    assertThat(todo.lookAt).as("nothing is due").isEqualTo(PoolState.NEVER);
  }

  @Test
  void theMinimumIsKeptWhateverItsIdleAge() {
    open(1, 3, IDLE, 0);
    PooledEntry<String> first = lend("first");
    PooledEntry<String> second = lend("second");
    state.release(first, null, now, step());
    state.release(second, null, now, step());
    now = 10 * IDLE;
    state.evict(now, step());
    assertThat(removed()).containsExactly("first IDLE_AGE");
    assertThat(todo.lookAt).as("nothing is due").isEqualTo(PoolState.NEVER);
  }

  @Test
  void aLifeEnds_whetherTheConnectionIsIdleOrLent() {
    open(1, 3, 0, LIFE);
    PooledEntry<String> lent = lend("lent");
    keep("idle");
    assertThat(todo.lookAt).isEqualTo(LIFE);
    now = LIFE;
    state.evict(now, step());
    assertThat(removed()).containsExactly("idle LIFE");
    state.release(lent, null, now, step());
    assertThat(removed()).containsExactly("lent LIFE");
    assertThat(todo.dials).as("the minimum is dialled anew").isEqualTo(1);
  }

  @Test
  void aLifeThatIsOverIsNotLentAgain_alsoBeforeTheLook() {
    open(0, 1, 0, LIFE);
    keep("old");
    now = LIFE;
    assertThat(state.take(now, step())).isNull();
    assertThat(removed()).containsExactly("old LIFE");
  }

  @Test
  void aClosedPoolLendsNothing_andIsEmptyWhenTheLastComesBack() {
    open(0, 2, 0, 0);
    PooledEntry<String> lent = lend("lent");
    keep("idle");
    state.take(now, step());
    enqueue();
    Caller waiting = enqueue();
    state.close(step());
    assertThat(waiting.failure()).isInstanceOf(PoolClosedException.class);
    assertThat(todo.emptied).isFalse();
    assertThat(enqueue().failure()).isInstanceOf(PoolClosedException.class);
    state.release(lent, null, now, step());
    assertThat(removed()).containsExactly("lent POOL_CLOSED");
    assertThat(state.lent()).containsExactly("idle");
  }

  @Test
  void aReleaseThatIsRepeatedDoesNothing() {
    open(0, 1, 0, 0);
    PooledEntry<String> place = keep("once");
    state.release(place, null, now, step());
    assertThat(state.counts()).isEqualTo(new Counts(1, 0, 0, 0));
  }
}
