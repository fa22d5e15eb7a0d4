package io.netpoll;

/**
 * A handler in inline execution called a method that would have had to wait on the poll loop's own
 * thread. Nothing was consumed. Ask with {@link Reader#request} first, or run the handlers in
 * another {@link Execution} mode.
 */
public final class InlineWaitException extends IllegalStateException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened, with the values
   */
  public InlineWaitException(String message) {
    super(message);
  }
}
