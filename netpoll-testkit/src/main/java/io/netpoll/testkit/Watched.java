package io.netpoll.testkit;

/** What a {@link FakePoller} watches. Called by its leader. */
interface Watched {

  /** Whether there is something to dispatch. Takes note only; may be called at every poll. */
  boolean isDue();

  /** Does the I/O that is due and tells the endpoint or acceptor. */
  void dispatch();

  /** Closes at once, as its poller closes. */
  void closeWithPoller();
}
