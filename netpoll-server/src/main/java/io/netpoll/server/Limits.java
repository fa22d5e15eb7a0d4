package io.netpoll.server;

import io.netpoll.AtLimit;
import org.jspecify.annotations.Nullable;

/**
 * The limits of one server on connections.
 *
 * @param maxConnections at the same time; Integer.MAX_VALUE for any number
 * @param atMaxConnections what happens to more
 * @param maxPerAddress at the same time from one IP address; Integer.MAX_VALUE for any number
 * @param acceptsPerSecond how many may come; 0 for any number
 * @param atAcceptRate what happens to more
 */
record Limits(
    int maxConnections,
    AtLimit atMaxConnections,
    int maxPerAddress,
    int acceptsPerSecond,
    AtLimit atAcceptRate) {

  static final Limits NONE =
      new Limits(Integer.MAX_VALUE, AtLimit.REFUSE, Integer.MAX_VALUE, 0, AtLimit.REFUSE);

  Limits withMaxConnections(int connections, AtLimit more) {
    return new Limits(
        atLeastOne("maxConnections", connections),
        more,
        maxPerAddress,
        acceptsPerSecond,
        atAcceptRate);
  }

  Limits withMaxPerAddress(int connections) {
    return new Limits(
        maxConnections,
        atMaxConnections,
        atLeastOne("maxConnectionsPerAddress", connections),
        acceptsPerSecond,
        atAcceptRate);
  }

  Limits withAcceptRate(int perSecond, AtLimit more) {
    return new Limits(
        maxConnections, atMaxConnections, maxPerAddress, atLeastOne("acceptRate", perSecond), more);
  }

  private static int atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "The limit " + name + " must be at least 1, not " + value + ".");
    }
    return value;
  }

  @Nullable AcceptRate newRate() {
    return acceptsPerSecond == 0 ? null : new AcceptRate(acceptsPerSecond, System::nanoTime);
  }
}
