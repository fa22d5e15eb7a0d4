package io.netpoll.examples.top;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * What is typed on the terminal, key by key as long as this is open. Where the terminal cannot be
 * set so, a key counts once Enter was typed after it.
 */
final class Keys implements AutoCloseable {
  private static final long LOOK_MILLIS = 50;
  private static final long PATIENCE_SECONDS = 2;

  private final InputStream in;

  /** How the terminal was set before; null if it is set as it was. */
  private final AtomicReference<@Nullable String> before;

  private Keys(InputStream in, @Nullable String before) {
    this.in = in;
    this.before = new AtomicReference<>(before);
  }

  /** Reads standard input. */
  static Keys ofTerminal() {
    return new Keys(System.in, stty("-g"));
  }

  /** Has each key read at once, and not shown; {@link #close} must follow. */
  void begin() {
    if (before.get() != null) {
      stty("-icanon -echo");
    }
  }

  /** Reads {@code in} without setting anything. */
  static Keys of(InputStream in) {
    return new Keys(in, null);
  }

  /**
   * Waits for the key q.
   *
   * @param longest returns false after that
   */
  boolean isQuitTyped(Duration longest) throws IOException, InterruptedException {
    long end = System.nanoTime() + longest.toNanos();
    for (; ; ) {
      while (in.available() > 0) {
        if (in.read() == 'q') {
          return true;
        }
      }
      long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
      if (left <= 0) {
        return false;
      }
      Thread.sleep(Math.min(left, LOOK_MILLIS));
    }
  }

  /**
   * Calls stty, where this process is in the foreground: else the terminal is another's, and the
   * system would stop whoever sets it.
   *
   * @return what it says; null if there is no such command or no terminal, or it is another's
   */
  private static @Nullable String stty(String arguments) {
    String line =
        "trap '' TTOU; case $(ps -o stat= -p $PPID) in *+*) stty "
            + arguments
            + ";; *) exit 1;; esac < /dev/tty";
    try {
      Process stty = new ProcessBuilder("sh", "-c", line).redirectErrorStream(true).start();
      if (!stty.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        stty.destroyForcibly();
        return null;
      }
      byte[] said = stty.getInputStream().readAllBytes();
      return stty.exitValue() == 0 ? new String(said, StandardCharsets.US_ASCII).strip() : null;
    } catch (IOException noShell) {
      return null;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return null;
    }
  }

  /** Sets the terminal as it was; on any thread, once. */
  @Override
  public void close() {
    String known = before.getAndSet(null);
    if (known != null) {
      stty(known);
    }
  }
}
