package io.netpoll.testkit.proxy;

import java.time.Duration;
import java.util.Objects;
import java.util.Random;
import java.util.concurrent.TimeUnit;

/**
 * What a proxy does to one direction of a connection. Start from {@link #NONE}:
 *
 * <pre>{@code
 * StreamFaults.NONE.cut(Cutting.SINGLE_BYTES).then(Incident.RESET, 100)
 * }</pre>
 *
 * Immutable.
 *
 * @param cutting how it is cut into writes
 * @param delay how long each read is held back before it is written
 * @param jitter up to how much longer, at random
 * @param bytesPerSecond the most that is passed on in a second; 0 for no limit
 * @param incident what happens once
 * @param after after how many bytes of this direction it happens, zero or more
 * @param stall how long {@link Incident#STALL} lasts
 * @param seed decides what is random here
 */
public record StreamFaults(
    Cutting cutting,
    Duration delay,
    Duration jitter,
    int bytesPerSecond,
    Incident incident,
    long after,
    Duration stall,
    long seed) {

  /** Passes everything on as it comes. */
  public static final StreamFaults NONE =
      new StreamFaults(
          Cutting.AS_IS, Duration.ZERO, Duration.ZERO, 0, Incident.NONE, 0, Duration.ZERO, 0);

  /**
   * Makes a description of faults.
   *
   * @throws IllegalArgumentException if a number or duration is negative
   */
  public StreamFaults {
    Objects.requireNonNull(cutting, "cutting");
    Objects.requireNonNull(incident, "incident");
    if (delay.isNegative() || jitter.isNegative() || stall.isNegative()) {
      throw new IllegalArgumentException(
          "A proxy cannot wait a negative time: delay "
              + delay
              + ", jitter "
              + jitter
              + ", stall "
              + stall
              + ".");
    }
    if (bytesPerSecond < 0 || after < 0) {
      throw new IllegalArgumentException(
          "A number of bytes is not negative: "
              + bytesPerSecond
              + " a second, after "
              + after
              + ".");
    }
  }

  /**
   * The same, cut in another way.
   *
   * @param cutting how
   * @return a copy
   */
  public StreamFaults cut(Cutting cutting) {
    return new StreamFaults(cutting, delay, jitter, bytesPerSecond, incident, after, stall, seed);
  }

  /**
   * The same, with each read held back.
   *
   * @param delay how long at least
   * @param jitter up to how much longer
   * @return a copy
   */
  public StreamFaults delayed(Duration delay, Duration jitter) {
    return new StreamFaults(cutting, delay, jitter, bytesPerSecond, incident, after, stall, seed);
  }

  /**
   * The same, with a limit on the rate.
   *
   * @param bytesPerSecond the most in a second; 0 for no limit
   * @return a copy
   */
  public StreamFaults limited(int bytesPerSecond) {
    return new StreamFaults(cutting, delay, jitter, bytesPerSecond, incident, after, stall, seed);
  }

  /**
   * The same, with an incident.
   *
   * @param incident what happens; a stall lasts as long as it did before
   * @param after after how many bytes
   * @return a copy
   */
  public StreamFaults then(Incident incident, long after) {
    return new StreamFaults(cutting, delay, jitter, bytesPerSecond, incident, after, stall, seed);
  }

  /**
   * The same, with a stall.
   *
   * @param after after how many bytes
   * @param stall how long nothing is passed on
   * @return a copy
   */
  public StreamFaults stalled(long after, Duration stall) {
    return new StreamFaults(
        cutting, delay, jitter, bytesPerSecond, Incident.STALL, after, stall, seed);
  }

  /** Draws faults that cost a test little time: waits of milliseconds, rates of megabytes. */
  static StreamFaults drawn(Random random) {
    Cutting cutting = Cutting.values()[random.nextInt(Cutting.values().length)];
    boolean slow = random.nextInt(3) == 0;
    Duration delay = slow ? micros(random.nextInt(300)) : Duration.ZERO;
    Duration jitter = slow ? micros(random.nextInt(700)) : Duration.ZERO;
    int bytesPerSecond = random.nextInt(4) == 0 ? 1_000_000 + random.nextInt(9_000_000) : 0;
    Incident[] incidents = Incident.values();
    Incident incident =
        random.nextBoolean() ? Incident.NONE : incidents[1 + random.nextInt(incidents.length - 1)];
    long after = random.nextInt(1 << random.nextInt(16));
    Duration stall = incident == Incident.STALL ? micros(random.nextInt(50_000)) : Duration.ZERO;
    return new StreamFaults(
        cutting, delay, jitter, bytesPerSecond, incident, after, stall, random.nextLong());
  }

  private static Duration micros(long count) {
    return Duration.ofNanos(count * 1000);
  }

  /** Says in words what differs from {@link #NONE}. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(cutting.toString());
    if (!delay.isZero() || !jitter.isZero()) {
      text.append(", held back ").append(micros(delay)).append(" to ");
      text.append(micros(delay.plus(jitter))).append(" us");
    }
    if (bytesPerSecond > 0) {
      text.append(", ").append(bytesPerSecond).append(" B/s");
    }
    if (incident != Incident.NONE) {
      text.append(", ").append(incident).append(" after ").append(after).append(" B");
    }
    if (incident == Incident.STALL) {
      text.append(" for ").append(micros(stall)).append(" us");
    }
    return text.toString();
  }

  private static long micros(Duration duration) {
    return TimeUnit.MICROSECONDS.convert(duration);
  }
}
