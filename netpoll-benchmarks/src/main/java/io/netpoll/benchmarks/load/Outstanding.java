package io.netpoll.benchmarks.load;

import java.io.IOException;
import java.util.Arrays;

/**
 * When the requests of one connection were due that have no answer yet. Answers may come in any
 * order. A request's slot is its number modulo the size, which grows so that none is shared.
 */
final class Outstanding {
  private static final long FREE = Long.MIN_VALUE;

  private long[] due = {FREE, FREE};
  private long[] numbers = new long[2];
  private int count;

  /** Notes that a request was due at a time of {@code System.nanoTime()}. */
  void add(long number, long time) {
    while (due[slot(number)] != FREE) {
      grow();
    }
    due[slot(number)] = time;
    numbers[slot(number)] = number;
    count++;
  }

  /**
   * Forgets a request.
   *
   * @return when it was due
   * @throws IOException if it has an answer already, or was never made
   */
  long remove(long number) throws IOException {
    int slot = slot(number);
    long time = due[slot];
    if (time == FREE || numbers[slot] != number) {
      throw new IOException("A second answer came to a request, or one to none.");
    }
    due[slot] = FREE;
    count--;
    return time;
  }

  /** Whether a request was due before a time and has no answer. */
  boolean anyBefore(long time) {
    if (count > 0) {
      for (long each : due) {
        if (each != FREE && each - time < 0) {
          return true;
        }
      }
    }
    return false;
  }

  private int slot(long number) {
    return (int) number & due.length - 1;
  }

  private void grow() {
    long[] oldDue = due;
    long[] oldNumbers = numbers;
    due = new long[oldDue.length * 2];
    numbers = new long[due.length];
    Arrays.fill(due, FREE);
    for (int i = 0; i < oldDue.length; i++) {
      if (oldDue[i] != FREE) {
        due[slot(oldNumbers[i])] = oldDue[i];
        numbers[slot(oldNumbers[i])] = oldNumbers[i];
      }
    }
  }
}
