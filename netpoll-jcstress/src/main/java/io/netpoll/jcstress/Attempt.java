package io.netpoll.jcstress;

import java.util.concurrent.Callable;

/** Calls code that may throw: the methods of a test must not. */
public final class Attempt {
  private Attempt() {}

  /** Code without a result. */
  @FunctionalInterface
  public interface Action {
    /**
     * Runs it.
     *
     * @throws Exception if it fails
     */
    void run() throws Exception;
  }

  /**
   * What became of a call.
   *
   * @param call what to do
   * @return the result as text, or the name of the exception
   */
  public static String result(Callable<?> call) {
    try {
      return String.valueOf(call.call());
    } catch (Exception e) {
      return e.getClass().getSimpleName();
    }
  }

  /**
   * What became of an action.
   *
   * @param action what to do
   * @return "done", or the name of the exception
   */
  public static String of(Action action) {
    return result(
        () -> {
          action.run();
          return "done";
        });
  }
}
