package io.netpoll.testkit;

import io.netpoll.SocketOptions;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which socket options the fake backend has. It only notes them, under its own constants. */
final class Options {
  private static final Set<SocketOption<?>> UNIX =
      Set.of(
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_LINGER);

  private static final Set<SocketOption<?>> TCP =
      Set.of(
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_LINGER,
          StandardSocketOptions.TCP_NODELAY,
          StandardSocketOptions.SO_KEEPALIVE,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.SO_REUSEPORT,
          StandardSocketOptions.IP_TOS,
          SocketOptions.TCP_QUICKACK,
          SocketOptions.TCP_KEEPIDLE,
          SocketOptions.TCP_KEEPINTERVAL,
          SocketOptions.TCP_KEEPCOUNT,
          SocketOptions.TCP_USER_TIMEOUT,
          SocketOptions.TCP_NOTSENT_LOWAT,
          SocketOptions.SO_BUSY_POLL);

  private static final Set<SocketOption<?>> LISTENING_UNIX =
      Set.of(StandardSocketOptions.SO_SNDBUF, StandardSocketOptions.SO_RCVBUF);

  private static final Set<SocketOption<?>> LISTENING_TCP =
      Set.of(
          StandardSocketOptions.SO_SNDBUF,
          StandardSocketOptions.SO_RCVBUF,
          StandardSocketOptions.SO_REUSEADDR,
          StandardSocketOptions.SO_REUSEPORT,
          SocketOptions.TCP_FASTOPEN,
          SocketOptions.TCP_DEFER_ACCEPT,
          SocketOptions.SO_BUSY_POLL);

  private Options() {}

  static Set<SocketOption<?>> of(boolean unixDomain) {
    return unixDomain ? UNIX : TCP;
  }

  /** The fake's own constant for an option of connected sockets. */
  static SocketOption<?> ofStream(SocketAddress kind, SocketOption<?> option) {
    return find(of(isUnix(kind)), option, kind, "");
  }

  /** The fake's own constant for an option of listening sockets. */
  static SocketOption<?> ofListening(SocketAddress kind, SocketOption<?> option) {
    Set<SocketOption<?>> known = isUnix(kind) ? LISTENING_UNIX : LISTENING_TCP;
    return find(known, option, kind, "a socket that listens at ");
  }

  private static boolean isUnix(SocketAddress kind) {
    return kind instanceof UnixDomainSocketAddress;
  }

  private static SocketOption<?> find(
      Set<SocketOption<?>> known, SocketOption<?> option, SocketAddress kind, String what) {
    for (SocketOption<?> candidate : known) {
      if (candidate.name().equals(option.name()) && candidate.type() == option.type()) {
        return candidate;
      }
    }
    throw new UnsupportedOperationException(
        "The fake backend has no option " + option.name() + " for " + what + kind + ".");
  }

  /** Checks options of connected sockets. */
  static Map<SocketOption<?>, Object> checked(
      SocketAddress kind, Map<SocketOption<?>, Object> options) {
    Map<SocketOption<?>, Object> own = new HashMap<>();
    options.forEach((option, value) -> own.put(ofStream(kind, option), valueOf(option, value)));
    return own;
  }

  /** Checks options of a listening socket itself. */
  static Map<SocketOption<?>, Object> checkedForListening(
      SocketAddress kind, Map<SocketOption<?>, Object> options) {
    Map<SocketOption<?>, Object> own = new HashMap<>();
    options.forEach((option, value) -> own.put(ofListening(kind, option), valueOf(option, value)));
    return own;
  }

  private static Object valueOf(SocketOption<?> option, Object value) {
    if (!option.type().isInstance(value)) {
      throw new IllegalArgumentException(value + " is no value of " + option.name() + ".");
    }
    return value;
  }

  /** What was set, or false or 0 if nothing was. */
  static <T> T value(SocketOption<T> option, @Nullable Object set) {
    Object unset = option.type() == Boolean.class ? Boolean.FALSE : (Object) 0;
    return option.type().cast(set == null ? unset : set);
  }
}
