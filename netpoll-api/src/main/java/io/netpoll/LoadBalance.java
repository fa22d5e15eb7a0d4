package io.netpoll;

/** How new connections are spread over the loops of a {@link PollerGroup}. */
public enum LoadBalance {
  /** One loop after the other. */
  ROUND_ROBIN,
  /** Any loop, by chance. */
  RANDOM,
  /** The loop that watches the fewest connections. */
  LEAST_CONNECTIONS
}
