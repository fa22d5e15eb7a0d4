package io.netpoll.internal;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The handles of a poller that asked for an event, in the order in which they did first. Linked
 * through the handles, so that one can be closed when there is no memory. Leader only.
 *
 * @param <H> the handles
 */
public final class DeferredEvents<H extends DeferredEvents.Member<H>> {
  private @Nullable H first;
  private @Nullable H last;
  private int size;

  /**
   * What can be in one queue at a time.
   *
   * @param <H> the class itself
   */
  public abstract static class Member<H extends Member<H>> {
    private @Nullable H nextDue;
    private boolean isDue;

    /** For handles. */
    protected Member() {}
  }

  /** Makes an empty one. */
  public DeferredEvents() {}

  /**
   * Adds a handle, unless it is in there: it gets one event for both then.
   *
   * @param handle asks for an event
   */
  public void add(H handle) {
    Member<H> member = handle;
    if (member.isDue) {
      return;
    }
    member.isDue = true;
    Member<H> before = last;
    if (before == null) {
      first = handle;
    } else {
      before.nextDue = handle;
    }
    last = handle;
    size++;
  }

  /**
   * Takes the first; there is one.
   *
   * @return the handle that asked first
   */
  public H remove() {
    H handle = Objects.requireNonNull(first);
    Member<H> member = handle;
    first = member.nextDue;
    if (first == null) {
      last = null;
    }
    member.nextDue = null;
    member.isDue = false;
    size--;
    return handle;
  }

  /**
   * How many are in there.
   *
   * @return 0 or more
   */
  public int size() {
    return size;
  }

  /**
   * Whether none is in there.
   *
   * @return true if none asks for an event
   */
  public boolean isEmpty() {
    return size == 0;
  }

  /** Forgets all. */
  public void clear() {
    while (size > 0) {
      remove();
    }
  }
}
