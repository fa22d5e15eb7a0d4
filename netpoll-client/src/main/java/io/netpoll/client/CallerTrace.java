package io.netpoll.client;

import java.io.IOException;

/**
 * Lets an exception that a poll loop has made name the caller that it is thrown to. On the caller's
 * thread, which alone has the exception.
 */
final class CallerTrace {
  private CallerTrace() {}

  /**
   * Gives an exception the stack trace of its caller: in place of its own, which is that of the
   * poll loop, where the message says all; behind its own for one that tells of a program's fault.
   *
   * @return the same
   */
  static <T extends Exception> T in(T failure) {
    StackTraceElement[] own = failure.getStackTrace();
    failure.fillInStackTrace();
    if (!(failure instanceof IOException)) {
      StackTraceElement[] caller = failure.getStackTrace();
      StackTraceElement[] both = new StackTraceElement[own.length + caller.length];
      System.arraycopy(own, 0, both, 0, own.length);
      System.arraycopy(caller, 0, both, own.length, caller.length);
      failure.setStackTrace(both);
    }
    return failure;
  }
}
