package io.netpoll.epoll;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A socket option as the kernel knows it. Options are known by name, so that one of the JDK, of
 * {@code jdk.net} and of anybody else is the same.
 *
 * @param name the option's name
 * @param level its level
 * @param number its number at that level
 * @param value how its value is written
 * @param use the sockets that have it
 */
record Option(String name, int level, int number, Value value, Use use) {
  /** How a value is written. */
  enum Value {
    /** A {@code Boolean}, as an int of 0 or 1. */
    FLAG,
    /** An {@code Integer}, as an int. */
    NUMBER,
    /** An {@code Integer} that is not negative, as an int. */
    SIZE,
    /** An {@code Integer}, as {@code struct linger}; negative is off. */
    LINGER
  }

  /** The sockets that have an option. */
  enum Use {
    /** TCP sockets; those that are accepted have it from the listening one. */
    TCP,
    /** TCP sockets, one by one. */
    EACH_TCP,
    /** TCP sockets, and listening ones on their own account; accepted ones inherit it. */
    TCP_AND_LISTENING,
    /** Listening TCP sockets. */
    LISTENING,
    /** As {@code TCP_AND_LISTENING}, and Unix sockets, one by one. */
    ANY
  }

  private static final Map<String, Option> ALL = new HashMap<>();

  static {
    add("SO_RCVBUF", Libc.SOL_SOCKET, Libc.SO_RCVBUF, Value.SIZE, Use.ANY);
    add("SO_SNDBUF", Libc.SOL_SOCKET, Libc.SO_SNDBUF, Value.SIZE, Use.ANY);
    add("SO_LINGER", Libc.SOL_SOCKET, Libc.SO_LINGER, Value.LINGER, Use.ANY);
    add("SO_KEEPALIVE", Libc.SOL_SOCKET, Libc.SO_KEEPALIVE, Value.FLAG, Use.TCP);
    add("SO_REUSEADDR", Libc.SOL_SOCKET, Libc.SO_REUSEADDR, Value.FLAG, Use.TCP_AND_LISTENING);
    add("SO_REUSEPORT", Libc.SOL_SOCKET, Libc.SO_REUSEPORT, Value.FLAG, Use.TCP_AND_LISTENING);
    add("SO_BUSY_POLL", Libc.SOL_SOCKET, Libc.SO_BUSY_POLL, Value.SIZE, Use.TCP_AND_LISTENING);
    add("IP_TOS", Libc.IPPROTO_IP, Libc.IP_TOS, Value.NUMBER, Use.EACH_TCP);
    add("TCP_NODELAY", Libc.IPPROTO_TCP, Libc.TCP_NODELAY, Value.FLAG, Use.TCP);
    add("TCP_KEEPIDLE", Libc.IPPROTO_TCP, Libc.TCP_KEEPIDLE, Value.NUMBER, Use.TCP);
    add("TCP_KEEPINTERVAL", Libc.IPPROTO_TCP, Libc.TCP_KEEPINTVL, Value.NUMBER, Use.TCP);
    add("TCP_KEEPCOUNT", Libc.IPPROTO_TCP, Libc.TCP_KEEPCNT, Value.NUMBER, Use.TCP);
    add("TCP_QUICKACK", Libc.IPPROTO_TCP, Libc.TCP_QUICKACK, Value.FLAG, Use.EACH_TCP);
    add("TCP_USER_TIMEOUT", Libc.IPPROTO_TCP, Libc.TCP_USER_TIMEOUT, Value.SIZE, Use.TCP);
    add("TCP_NOTSENT_LOWAT", Libc.IPPROTO_TCP, Libc.TCP_NOTSENT_LOWAT, Value.NUMBER, Use.TCP);
    add("TCP_FASTOPEN", Libc.IPPROTO_TCP, Libc.TCP_FASTOPEN, Value.SIZE, Use.LISTENING);
    add("TCP_DEFER_ACCEPT", Libc.IPPROTO_TCP, Libc.TCP_DEFER_ACCEPT, Value.SIZE, Use.LISTENING);
  }

  private static void add(String name, int level, int number, Value value, Use use) {
    ALL.put(name, new Option(name, level, number, value, use));
  }

  static @Nullable Option named(String name) {
    return ALL.get(name);
  }

  Class<?> type() {
    return value == Value.FLAG ? Boolean.class : Integer.class;
  }

  /** Whether connected sockets of a kind have it. */
  boolean isForStreams(boolean unix) {
    return unix ? use == Use.ANY : use != Use.LISTENING;
  }

  /** Whether listening sockets of a kind have it on their own account. */
  boolean isForListening(boolean unix) {
    return unix
        ? use == Use.ANY
        : use == Use.LISTENING || use == Use.TCP_AND_LISTENING || use == Use.ANY;
  }

  /** Whether it is set on the listening socket for what it accepts. */
  boolean isInherited(boolean unix) {
    return !unix && use != Use.EACH_TCP;
  }
}
