package io.netpoll.spi;

/**
 * Where a send gets its bytes. Called within {@link Handle#send}, by its caller, which holds the
 * output token of the connection.
 */
public interface Output {

  /**
   * Collects flushed bytes that were not reported as sent. The spans stay where they are until
   * then, while other threads append after them.
   *
   * @param into cleared, then filled with as many spans as it takes and there are, or with one
   *     range of a file, of which less may be sent
   * @return the number of bytes collected, 0 if nothing is left
   */
  int collect(Spans into);

  /**
   * Notes that bytes were sent; their memory may be recycled at once.
   *
   * @param bytes how many, from the first collected byte on
   */
  void sent(int bytes);
}
