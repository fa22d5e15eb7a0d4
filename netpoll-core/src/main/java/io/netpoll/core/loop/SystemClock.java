package io.netpoll.core.loop;

import java.util.function.LongSupplier;

/**
 * System.nanoTime, for what tests run by a clock of their own. A class, like the others on the way
 * of a process's first dial: a method reference would load the JDK's machinery for lambdas there.
 */
public final class SystemClock implements LongSupplier {
  public static final SystemClock INSTANCE = new SystemClock();

  private SystemClock() {}

  @Override
  public long getAsLong() {
    return System.nanoTime();
  }
}
