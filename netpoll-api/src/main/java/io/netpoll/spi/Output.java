package io.netpoll.spi;

/**
 * The side of a connection that gives what leaves. Called only by the holder of the connection's
 * output token: the thread that called {@link Handle#send()}, or the poller's leader between {@link
 * Handle#sendWhenWritable()} and {@link #drained()}.
 */
public interface Output {

  /**
   * Collects flushed bytes that were not reported as sent. The spans stay where they are until
   * then, while other threads append behind them.
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

  /**
   * Gives the output token back, after {@link #collect} gave nothing. For a poller that sends on
   * its own after {@link Handle#sendWhenWritable()}; not for {@link Handle#send()}, whose caller
   * keeps the token.
   *
   * @return false if more was flushed meanwhile: the poller holds the token still and goes on
   */
  boolean drained();
}
