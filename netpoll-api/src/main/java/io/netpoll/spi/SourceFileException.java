package io.netpoll.spi;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * A file that is being sent cannot be read, or has shrunk. Thrown by {@link Handle#send} and given
 * to {@link Endpoint#failed}: the socket is sound, but the stream of bytes is not, so that the
 * connection must be reset.
 */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public final class SourceFileException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * Makes an exception; {@link SourceFile} has the sentences.
   *
   * @param message a sentence with the file's path
   * @param cause what the system said, or null
   */
  SourceFileException(String message, @Nullable Throwable cause) {
    super(message, cause);
  }
}
