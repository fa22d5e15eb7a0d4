package io.netpoll.examples.http;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/** Times in the form of HTTP, such as {@code Sun, 06 Nov 1994 08:49:37 GMT}. */
final class HttpDate {
  private static final DateTimeFormatter FORM =
      DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
          .withZone(ZoneOffset.UTC);

  private volatile Second last = new Second(0);

  /** A second and its form: immutable, so that any thread may replace it. */
  private record Second(long number, String line) {
    Second(long number) {
      this(number, "Date: " + of(Instant.ofEpochSecond(number)) + "\r\n");
    }
  }

  /** The Date field of this moment, made once a second. */
  String line() {
    long now = System.currentTimeMillis() / 1000;
    Second second = last;
    if (second.number != now) {
      second = new Second(now);
      last = second;
    }
    return second.line;
  }

  static String of(Instant moment) {
    return FORM.format(moment);
  }
}
