package io.netpoll.core.loop;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The handlers that a loop calls next, first in, first out. One that cannot be added, for want of
 * memory, leaves the others untouched (an {@code ArrayDeque} is empty then). Leader only.
 */
public final class ReadyQueue {
  private static final int FIRST_CAPACITY = 16;

  /** A ring; its length is a power of two. */
  private @Nullable Runnable[] runs = new @Nullable Runnable[FIRST_CAPACITY];

  private int first;
  private int count;

  /** Adds one, after the others. */
  public void add(Runnable run) {
    if (count == runs.length) {
      grow();
    }
    runs[first + count & runs.length - 1] = run;
    count++;
  }

  private void grow() {
    @Nullable Runnable[] larger = Arrays.copyOfRange(runs, first, first + 2 * runs.length);
    System.arraycopy(runs, 0, larger, runs.length - first, first);
    runs = larger;
    first = 0;
  }

  /** Takes the first; there is one. */
  public Runnable remove() {
    Runnable run = Objects.requireNonNull(runs[first]);
    runs[first] = null;
    first = first + 1 & runs.length - 1;
    count--;
    return run;
  }

  public int size() {
    return count;
  }

  public boolean isEmpty() {
    return count == 0;
  }
}
