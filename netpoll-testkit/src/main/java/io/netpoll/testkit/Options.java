package io.netpoll.testkit;

import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.util.Map;
import java.util.Set;

/** Which socket options the fake backend has. It only notes them. */
final class Options {
  private static final Set<String> OF_ALL = Set.of("SO_SNDBUF", "SO_RCVBUF", "SO_LINGER");
  private static final Set<String> OF_TCP =
      Set.of(
          "TCP_NODELAY",
          "TCP_QUICKACK",
          "TCP_KEEPIDLE",
          "TCP_KEEPINTERVAL",
          "TCP_KEEPCOUNT",
          "SO_KEEPALIVE",
          "SO_REUSEADDR",
          "SO_REUSEPORT",
          "IP_TOS");

  private Options() {}

  static void check(SocketAddress kind, SocketOption<?> option) {
    boolean has =
        OF_ALL.contains(option.name())
            || !(kind instanceof UnixDomainSocketAddress) && OF_TCP.contains(option.name());
    if (!has) {
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
