package io.netpoll;

/**
 * What a graceful shutdown did.
 *
 * @param drained connections that ended in order within the deadline
 * @param aborted connections that were reset because the deadline had passed
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
