package io.netpoll.core.loop;

import java.util.Objects;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The engine's loggers. Each finds its logging system when it is first used, since that takes as
 * long as to start a server.
 *
 * <p>To log never fails: where there is no memory, or the logging system is broken, the message is
 * lost, and what it was about goes on. Any thread.
 */
public final class Log {
  public static final Log BACKEND = new Log("io.netpoll.backend");
  public static final Log CONNECTION = new Log("io.netpoll.connection");
  public static final Log EXECUTION = new Log("io.netpoll.execution");
  public static final Log GROUP = new Log("io.netpoll.group");
  public static final Log LISTENER = new Log("io.netpoll.listener");
  public static final Log LOOP = new Log("io.netpoll.loop");

  static {
    // A class that is first needed when there is no memory is lost for good; this one is for
    // callers
    // there.
    Objects.requireNonNull(System.Logger.Level.ERROR);
  }

  private final String name;
  private volatile System.@Nullable Logger logger;

  private Log(String name) {
    this.name = name;
  }

  public void log(System.Logger.Level level, String message) {
    log(level, message, null);
  }

  public void log(System.Logger.Level level, String message, @Nullable Throwable thrown) {
    try {
      logger().log(level, message, thrown);
    } catch (Throwable cannotLog) {
      // There is no other place to say so.
    }
  }

  public void log(System.Logger.Level level, Supplier<String> message) {
    try {
      logger().log(level, message);
    } catch (Throwable cannotLog) {
      // There is no other place to say so.
    }
  }

  /** Finds the logger; two threads that both do find the same one. */
  private System.Logger logger() {
    System.Logger found = logger;
    if (found == null) {
      found = System.getLogger(name);
      logger = found;
    }
    return found;
  }
}
