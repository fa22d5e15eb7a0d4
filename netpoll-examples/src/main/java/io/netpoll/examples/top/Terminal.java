package io.netpoll.examples.top;

import java.io.Console;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A page that is drawn over again, on the terminal's second screen, so that what was there before
 * is there again afterwards.
 */
public final class Terminal implements AutoCloseable {
  private static final String ENTER = "\033[?1049h\033[?25l";
  private static final String LEAVE = "\033[?25h\033[?1049l";
  private static final String HOME = "\033[H";
  private static final String REST_OF_LINE = "\033[K";
  private static final String REST_OF_SCREEN = "\033[J";

  private final PrintStream out;
  private final ReentrantLock lock = new ReentrantLock();
  private boolean entered;
  private boolean closed;

  Terminal(PrintStream out) {
    this.out = new PrintStream(out, false, StandardCharsets.UTF_8);
  }

  /**
   * Whether standard input and output are a terminal that understands what is drawn.
   *
   * @return false in a pipe
   */
  public static boolean isThere() {
    Console console = System.console();
    return console != null && isTerminal(console) && !"dumb".equals(System.getenv("TERM"));
  }

  /** From JDK 22 on there is a console without a terminal, too, and a method that tells. */
  private static boolean isTerminal(Console console) {
    if (Runtime.version().feature() < 22) {
      return true;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException("This JDK has no Console.isTerminal.", e);
    }
  }

  /** Draws a page over the last one; does nothing once it is closed. */
  void draw(List<String> page) {
    StringBuilder screen = new StringBuilder(HOME);
    page.forEach(line -> screen.append(line).append(REST_OF_LINE).append("\r\n"));
    screen.append(REST_OF_SCREEN);
    lock.lock();
    try {
      if (!closed) {
        out.print(entered ? "" : ENTER);
        entered = true;
        out.print(screen);
        out.flush();
      }
    } finally {
      lock.unlock();
    }
  }

  /** Leaves the second screen; on any thread. */
  @Override
  public void close() {
    lock.lock();
    try {
      if (entered && !closed) {
        out.print(LEAVE);
        out.flush();
      }
      closed = true;
    } finally {
      lock.unlock();
    }
  }
}
