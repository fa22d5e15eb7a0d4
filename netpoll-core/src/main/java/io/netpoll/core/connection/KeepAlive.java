package io.netpoll.core.connection;

import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/**
 * The idle timeout as TCP keep-alive: the first probe after the timeout, then a probe each tenth of
 * it (at least a second), and after three without an answer the connection fails.
 *
 * <p>The options are the backend's own constants, picked by name: naming those of {@code jdk.net}
 * would load its native library, whether or not the backend needs that.
 */
final class KeepAlive {
  private static final int PROBES = 3;

  /** The largest idle time that Linux accepts, in seconds. */
  private static final int LONGEST = 32767;

  private KeepAlive() {}

  /** The socket options for {@code timeout}, without those that are not among {@code supported}. */
  static Map<SocketOption<?>, Object> options(Duration timeout, Set<SocketOption<?>> supported) {
    Map<SocketOption<?>, Object> options = new LinkedHashMap<>();
    if (!supported.contains(StandardSocketOptions.SO_KEEPALIVE)) {
      return options;
    }
    options.put(StandardSocketOptions.SO_KEEPALIVE, !timeout.isZero());
    if (!timeout.isZero()) {
      int seconds = wholeSeconds(timeout);
      for (SocketOption<?> option : supported) {
        switch (option.name()) {
          case "TCP_KEEPIDLE" -> options.put(option, seconds);
          case "TCP_KEEPINTERVAL" -> options.put(option, Math.max(1, seconds / 10));
          case "TCP_KEEPCOUNT" -> options.put(option, PROBES);
          default -> {}
        }
      }
    }
    return options;
  }

  /** Rounded up. Cut first: one more than the longest duration has would be negative. */
  private static int wholeSeconds(Duration timeout) {
    long seconds = Math.min(LONGEST, timeout.getSeconds());
    return (int) Math.min(LONGEST, seconds + (timeout.getNano() > 0 ? 1 : 0));
  }
}
