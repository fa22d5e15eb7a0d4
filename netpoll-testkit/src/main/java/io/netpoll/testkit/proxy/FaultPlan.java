package io.netpoll.testkit.proxy;

import java.util.Objects;
import java.util.Random;

/**
 * What a {@link FaultProxy} does to one connection, both ways. Immutable; its text is one line that
 * says all of it.
 *
 * @param toServer what happens to the bytes of the client
 * @param toClient what happens to the bytes of the server
 */
public record FaultPlan(StreamFaults toServer, StreamFaults toClient) {

  /** Passes everything on as it comes. */
  public static final FaultPlan NONE = new FaultPlan(StreamFaults.NONE, StreamFaults.NONE);

  /** Makes a plan. */
  public FaultPlan {
    Objects.requireNonNull(toServer, "toServer");
    Objects.requireNonNull(toClient, "toClient");
  }

  /**
   * Draws a plan: always the same one for the same numbers, on every JDK. Waits are of milliseconds
   * and incidents happen within the first 32 KiB; at most one direction has one that loses bytes.
   *
   * @param seed any number
   * @param connection which connection of the proxy, in the order of their acceptance, from 0 on
   * @return the plan
   */
  public static FaultPlan drawn(long seed, int connection) {
    Random random = new Random(mix(mix(seed) + connection));
    StreamFaults toServer = StreamFaults.drawn(random);
    StreamFaults toClient = StreamFaults.drawn(random);
    if (!toServer.incident().delivers() && !toClient.incident().delivers()) {
      toClient = toClient.then(Incident.NONE, 0);
    }
    return new FaultPlan(toServer, toClient);
  }

  /** Spreads near numbers, for which {@link Random} begins alike (the end of MurmurHash3). */
  private static long mix(long number) {
    long mixed = (number ^ (number >>> 33)) * 0xff51afd7ed558ccdL;
    mixed = (mixed ^ (mixed >>> 33)) * 0xc4ceb9fe1a85ec53L;
    return mixed ^ (mixed >>> 33);
  }

  /**
   * Whether all bytes arrive, however late.
   *
   * @return true if no incident of either direction drops any
   */
  public boolean delivers() {
    return toServer.incident().delivers() && toClient.incident().delivers();
  }

  @Override
  public String toString() {
    return "to server: " + toServer + "; to client: " + toClient;
  }
}
