package io.netpoll.examples;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.Logger;

/** Sets up what the library logs: one line an event on standard error. */
final class Logging {
  // Held here, because a logger that nobody holds loses its level.
  private static final Logger LIBRARY;

  static {
    if (System.getProperty("java.util.logging.SimpleFormatter.format") == null) {
      System.setProperty("java.util.logging.SimpleFormatter.format", "%1$tT.%1$tL %4$s %5$s%6$s%n");
    }
    LIBRARY = Logger.getLogger("io.netpoll");
  }

  private Logging() {}

  /**
   * Sets the levels, unless the user configured logging.
   *
   * @param verbose everything instead of warnings only
   */
  static void setUp(boolean verbose) {
    if (System.getProperty("java.util.logging.config.file") != null
        || System.getProperty("java.util.logging.config.class") != null) {
      return;
    }
    LIBRARY.setLevel(verbose ? Level.FINE : Level.WARNING);
    if (verbose) {
      for (Handler handler : Logger.getLogger("").getHandlers()) {
        handler.setLevel(Level.FINE);
      }
    }
  }
}
