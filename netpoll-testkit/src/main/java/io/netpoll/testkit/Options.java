package io.netpoll.testkit;

import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;

/** Which socket options the fake backend has. It only notes them. */
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
          ExtendedSocketOptions.TCP_QUICKACK,
          ExtendedSocketOptions.TCP_KEEPIDLE,
          ExtendedSocketOptions.TCP_KEEPINTERVAL,
          ExtendedSocketOptions.TCP_KEEPCOUNT);

  private Options() {}

  static Set<SocketOption<?>> of(boolean unixDomain) {
    return unixDomain ? UNIX : TCP;
  }

  static void check(SocketAddress kind, SocketOption<?> option) {
    if (!of(kind instanceof UnixDomainSocketAddress).contains(option)) {
      throw new UnsupportedOperationException(
          "The fake backend has no option " + option.name() + " for " + kind + ".");
    }
  }

  static void check(SocketAddress kind, Map<SocketOption<?>, Object> options) {
    options.forEach(
        (option, value) -> {
          check(kind, option);
          if (!option.type().isInstance(value)) {
            throw new IllegalArgumentException(value + " is no value of " + option.name() + ".");
          }
        });
  }
}
