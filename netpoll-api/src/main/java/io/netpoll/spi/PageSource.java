package io.netpoll.spi;

/** Gives pages to a poller that fills them on its own account. Thread-safe. */
public interface PageSource {

  /**
   * Takes a page out of the pool.
   *
   * @param size its least size in bytes
   * @return a page with undefined content, the caller's own until it hands its last part to {@link
   *     Endpoint#received}, or gives it back
   * @throws io.netpoll.OutOfDirectMemoryException if the limit on direct memory is reached
   */
  Page take(int size);

  /**
   * Gives back a page that the caller has, also one of which it has handed over parts.
   *
   * @param page a page of this source
   */
  void give(Page page);
}
