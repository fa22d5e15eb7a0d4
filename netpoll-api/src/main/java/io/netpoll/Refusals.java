package io.netpoll;

/**
 * How many connections a server has refused since it was built.
 *
 * @param overMaxConnections because of {@link EventLoop.Builder#maxConnections}
 * @param overMaxPerAddress because of {@link EventLoop.Builder#maxConnectionsPerAddress}
 * @param overAcceptRate because of {@link EventLoop.Builder#acceptRate}
 */
public record Refusals(long overMaxConnections, long overMaxPerAddress, long overAcceptRate) {

  /**
   * All of them.
   *
   * @return the sum
   */
  public long total() {
    return overMaxConnections + overMaxPerAddress + overAcceptRate;
  }
}
