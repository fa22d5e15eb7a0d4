package io.netpoll.examples.top;

import java.util.Locale;

/** Writes numbers in few characters, for people. */
final class Numbers {
  private static final String[] COUNTS = {"", "k", "M", "G", "T"};
  private static final String[] BYTES = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Numbers() {}

  /** Such as {@code 950}, {@code 81.2k} or {@code 1.5M}; at most six characters up to 10^15. */
  static String count(double n) {
    return scaled(n, 1000, COUNTS, "");
  }

  /** Such as {@code 512 B} or {@code 81.2 MiB}. */
  static String bytes(double n) {
    return scaled(n, 1024, BYTES, " ");
  }

  private static String scaled(double n, int base, String[] units, String gap) {
    int unit = 0;
    double left = n;
    while (left >= base - 0.5 && unit < units.length - 1) {
      left /= base;
      unit++;
    }
    return String.format(Locale.ROOT, unit == 0 ? "%.0f" : "%.1f", left) + gap + units[unit];
  }

  /** Such as {@code 00:12:34} or {@code 3 d 01:12:34}. */
  static String duration(long millis) {
    long seconds = millis / 1000;
    long days = seconds / 86_400;
    String clock =
        String.format(
            Locale.ROOT, "%02d:%02d:%02d", seconds / 3600 % 24, seconds / 60 % 60, seconds % 60);
    return days == 0 ? clock : days + " d " + clock;
  }
}
