package io.netpoll;

/**
 * The library's limit on direct memory is reached. The message names the limit and the property
 * that sets it.
 */
public final class OutOfDirectMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception.
   *
   * @param message what happened, with the values
   */
  public OutOfDirectMemoryException(String message) {
    super(message);
  }
}
