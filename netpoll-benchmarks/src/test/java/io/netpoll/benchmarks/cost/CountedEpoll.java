package io.netpoll.benchmarks.cost;

import io.netpoll.epoll.EpollPollerProvider;

/** The epoll backend with its calls counted. */
public final class CountedEpoll extends CountedProvider {
  /** Called by the service loader. */
  public CountedEpoll() {
    super(new EpollPollerProvider());
  }
}
