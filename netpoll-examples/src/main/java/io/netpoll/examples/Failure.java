package io.netpoll.examples;

import org.jspecify.annotations.Nullable;

/** A command could not do its work, for a reason that one sentence tells the user. */
final class Failure extends Exception {
  private static final long serialVersionUID = 1L;

  /**
   * Makes a failure.
   *
   * @param sentence what could not be done and why
   * @param cause what {@code --verbose} shows, or null
   */
  Failure(String sentence, @Nullable Throwable cause) {
    super(sentence, cause);
  }
}
