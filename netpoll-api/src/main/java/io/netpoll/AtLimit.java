package io.netpoll;

/** What happens to connections that come while a limit of a server is reached. */
public enum AtLimit {
  /** They are accepted and reset (RST), so that their clients know at once. */
  REFUSE,
  /**
   * Accepting pauses, so that they wait in the kernel's backlog until there is room; what comes
   * when the backlog is full, the kernel treats as it is set up to.
   */
  WAIT
}
