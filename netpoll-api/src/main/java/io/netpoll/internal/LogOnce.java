package io.netpoll.internal;

import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Logs once a process what is wrong with its set-up. The logging system is set up by the first
 * message, since that takes as long as to start a server. Any thread.
 */
final class LogOnce {
  /** There are few faults of a set-up; this bounds those that are remembered. */
  private static final int MOST = 1000;

  private static final Set<String> LOGGED = ConcurrentHashMap.newKeySet();

  private LogOnce() {}

  /**
   * Logs a message, unless one about the same was logged.
   *
   * @param about what the message is about: its text, or the part that stays the same
   */
  static void warn(String logger, String about, String message) {
    if (LOGGED.size() < MOST && LOGGED.add(about)) {
      try {
        System.getLogger(logger).log(System.Logger.Level.WARNING, message);
      } catch (Throwable cannotLog) {
        // There is no other place to say so, and what is found wrong keeps nothing from working.
      }
    }
  }
}
