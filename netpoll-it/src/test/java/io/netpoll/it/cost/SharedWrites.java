package io.netpoll.it.cost;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * Counts the writes to shared memory that the classes of a {@link CountingLoader} make, by the
 * place in their code. One for the whole virtual machine.
 */
public final class SharedWrites {
  private static final int MOST_PLACES = 4096;

  private static final LongAdder[] COUNTS = new LongAdder[MOST_PLACES];

  static {
    for (int i = 0; i < MOST_PLACES; i++) {
      COUNTS[i] = new LongAdder();
    }
  }

  /** By number. Under its own lock. */
  private static final List<Place> PLACES = new ArrayList<>();

  /** What a write is. */
  enum Kind {
    /** A value is read, changed and written in one step, or is compared for that in vain. */
    ATOMIC,
    /** A lock is taken, or was tried. What gives it back is not counted. */
    LOCK,
    /** A write that is a full fence, too. */
    VOLATILE,
    /** A write in release or opaque mode. */
    ORDERED,
    /** A full fence alone. */
    FENCE,
    /**
     * Something is put where another thread finds it: into a collection of java.util.concurrent, an
     * executor or a future; or a thread is woken. What takes it out is not counted.
     */
    HAND_OVER
  }

  /**
   * Where it is made.
   *
   * @param kind what it is
   * @param method the name of the class and of its method
   */
  record Place(Kind kind, String method) {}

  private SharedWrites() {}

  /** The number of a place, to be counted by. */
  static int number(Place place) {
    synchronized (PLACES) {
      int known = PLACES.indexOf(place);
      if (known >= 0) {
        return known;
      }
      if (PLACES.size() == MOST_PLACES) {
        throw new IllegalStateException("There are more places than are provided for.");
      }
      PLACES.add(place);
      return PLACES.size() - 1;
    }
  }

  /** Called before each such write. */
  public static void count(int number) {
    COUNTS[number].increment();
  }

  /** How many there were so far, by place. */
  static Map<Place, Long> counts() {
    Map<Place, Long> counts = new HashMap<>();
    synchronized (PLACES) {
      for (int i = 0; i < PLACES.size(); i++) {
        counts.put(PLACES.get(i), COUNTS[i].sum());
      }
    }
    return counts;
  }
}
