package io.netpoll.internal;

import java.util.Collection;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Finds the word that somebody may have meant who wrote another one. */
public final class Nearest {
  private Nearest() {}

  /**
   * Compares a word with those that are known, upper and lower case alike.
   *
   * @param word what was written
   * @param known the words that it may stand for
   * @return the one from which the fewest letters were left out, added, replaced or exchanged with
   *     their neighbour; null if that takes more than half of the letters
   */
  public static @Nullable String to(String word, Collection<String> known) {
    String written = word.toLowerCase(Locale.ROOT);
    String nearest = null;
    int least = Integer.MAX_VALUE;
    for (String candidate : known) {
      int distance = distance(written, candidate.toLowerCase(Locale.ROOT));
      if (distance < least && 2 * distance <= Math.max(word.length(), candidate.length())) {
        nearest = candidate;
        least = distance;
      }
    }
    return nearest;
  }

  /** The number of edits, row by row: each knows that of the two prefixes that end there. */
  private static int distance(String a, String b) {
    int[] beforeLast = new int[b.length() + 1];
    int[] last = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int[] row = new int[b.length() + 1];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        int replaced = last[j - 1] + (a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1);
        row[j] = Math.min(replaced, 1 + Math.min(last[j], row[j - 1]));
        if (i > 1
            && j > 1
            && a.charAt(i - 1) == b.charAt(j - 2)
            && a.charAt(i - 2) == b.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      beforeLast = last;
      last = row;
    }
    return last[b.length()];
  }
}
