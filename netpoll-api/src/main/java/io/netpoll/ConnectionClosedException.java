package io.netpoll;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** An operation could not be done because the connection, or its input, has been closed. */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public final class ConnectionClosedException extends IOException {
  private static final long serialVersionUID = 1L;

  /** Which side closed. */
  public enum Side {
    /** This process closed it. */
    LOCAL,
    /** The peer closed or reset it, or the network failed. */
    PEER
  }

  /** Which side closed the connection. */
  private final Side side;

  /**
   * Makes an exception.
   *
   * @param side who closed
   * @param message what could not be done, and with which peer
   * @param cause the system's error, if there was one
   */
  public ConnectionClosedException(Side side, String message, @Nullable Throwable cause) {
    super(message, cause);
    this.side = side;
  }

  /**
   * Which side closed.
   *
   * @return the side
   */
  public Side side() {
    return side;
  }
}
