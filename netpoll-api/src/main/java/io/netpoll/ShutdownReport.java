package io.netpoll;

/**
 * What a graceful shutdown did.
 *
 * @param drained connections that ended in order within the deadline
 * @param aborted connections that were reset because the deadline had passed, or, where an inline
 *     handler holds their poll loop, will be as soon as that goes on
 */
public record ShutdownReport(int drained, int aborted) {

  /**
   * Whether every connection ended in order.
   *
   * @return true if none was reset
   */
  public boolean clean() {
    return aborted == 0;
  }
}
