package io.netpoll.internal;

import java.time.Duration;
import java.time.Instant;

/** Durations in nanoseconds: conversion without overflow, and how they read in a message. */
public final class Nanos {
  /** What a longer duration is cut to, so that sums with System.nanoTime stay meaningful. */
  private static final long LONGEST = Long.MAX_VALUE / 2;

  private Nanos() {}

  /**
   * Converts a duration.
   *
   * @param duration zero or positive
   * @return nanoseconds, at most about 146 years
   */
  public static long of(Duration duration) {
    return duration.getSeconds() >= LONGEST / 1_000_000_000L ? LONGEST : duration.toNanos();
  }

  /**
   * Converts a moment to the clock of System.nanoTime.
   *
   * @param moment past or future
   * @return when System.nanoTime will show it
   */
  public static long at(Instant moment) {
    Duration left = Duration.between(Instant.now(), moment);
    return System.nanoTime() + (left.isNegative() ? -Nanos.of(left.negated()) : Nanos.of(left));
  }

  /**
   * Writes a duration for a message.
   *
   * @param nanos nanoseconds
   * @return for example {@code 250 ms} or {@code 1.5 s}
   */
  public static String text(long nanos) {
    double millis = nanos / 1e6;
    if (millis < 1000) {
      return number(millis) + " ms";
    }
    return number(millis / 1000) + " s";
  }

  /** With one digit after the point, unless that is 0 anyway. Loads no formatter. */
  private static String number(double value) {
    long tenths = Math.round(value * 10);
    return value == Math.rint(value)
        ? Long.toString((long) value)
        : tenths / 10 + "." + Math.abs(tenths % 10);
  }
}
