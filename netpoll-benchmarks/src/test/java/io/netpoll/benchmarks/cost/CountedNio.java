package io.netpoll.benchmarks.cost;

import io.netpoll.nio.NioPollerProvider;

/** The NIO backend with its calls counted. */
public final class CountedNio extends CountedProvider {
  /** Called by the service loader. */
  public CountedNio() {
    super(new NioPollerProvider());
  }
}
