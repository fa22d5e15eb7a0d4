package io.netpoll.epoll;

import io.netpoll.PeerCredentials;
import io.netpoll.spi.SystemRefusal;
import java.io.IOException;
import java.net.SocketAddress;
import java.nio.ByteBuffer;
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
    /** An {@code Integer} that is not negative, of which the kernel makes twice as much. */
    BUFFER,
    /** An {@code Integer}, as {@code struct linger}; negative is off. */
    LINGER,
    /** {@link PeerCredentials}, as {@code struct ucred}; can only be read. */
    CREDENTIALS
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
    /** TCP sockets, as {@code TCP}, and Unix sockets, one by one; no listening ones. */
    STREAMS,
    /** As {@code TCP_AND_LISTENING}, and Unix sockets, one by one. */
    ANY,
    /** Connected Unix sockets. */
    UNIX
  }

  private static final Map<String, Option> ALL = new HashMap<>();

  static {
    add("SO_RCVBUF", Libc.SOL_SOCKET, Libc.SO_RCVBUF, Value.BUFFER, Use.ANY);
    add("SO_SNDBUF", Libc.SOL_SOCKET, Libc.SO_SNDBUF, Value.BUFFER, Use.ANY);
    add("SO_LINGER", Libc.SOL_SOCKET, Libc.SO_LINGER, Value.LINGER, Use.STREAMS);
    add("SO_KEEPALIVE", Libc.SOL_SOCKET, Libc.SO_KEEPALIVE, Value.FLAG, Use.TCP);
    add("SO_REUSEADDR", Libc.SOL_SOCKET, Libc.SO_REUSEADDR, Value.FLAG, Use.TCP_AND_LISTENING);
    add("SO_REUSEPORT", Libc.SOL_SOCKET, Libc.SO_REUSEPORT, Value.FLAG, Use.TCP_AND_LISTENING);
    add("SO_BUSY_POLL", Libc.SOL_SOCKET, Libc.SO_BUSY_POLL, Value.SIZE, Use.TCP_AND_LISTENING);
    add("SO_PEERCRED", Libc.SOL_SOCKET, Libc.SO_PEERCRED, Value.CREDENTIALS, Use.UNIX);
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
    return switch (value) {
      case FLAG -> Boolean.class;
      case NUMBER, SIZE, BUFFER, LINGER -> Integer.class;
      case CREDENTIALS -> PeerCredentials.class;
    };
  }

  boolean isNeverNegative() {
    return value == Value.SIZE || value == Value.BUFFER;
  }

  /** Whether connected sockets of a kind have it. */
  boolean isForStreams(boolean unix) {
    return unix
        ? use == Use.ANY || use == Use.STREAMS || use == Use.UNIX
        : use != Use.LISTENING && use != Use.UNIX;
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

  /**
   * Asks the kernel for it.
   *
   * @param address of the socket, for messages
   * @param memory at least 16 bytes
   * @return a value of its type
   */
  Object read(int fd, SocketAddress address, Memory memory) throws IOException {
    ByteBuffer bytes = memory.bytes;
    int size = Integer.BYTES * (value == Value.CREDENTIALS ? 3 : value == Value.LINGER ? 2 : 1);
    bytes.putInt(12, size);
    int result = Libc.getsockopt(fd, level, number, memory.address, memory.address + 12);
    if (result < 0) {
      throw Errno.exception(SystemRefusal.reading(name, address), -result);
    }
    int first = bytes.getInt(0);
    return switch (value) {
      case FLAG -> first != 0;
      case NUMBER, SIZE -> first;
      case BUFFER -> first / 2;
      case LINGER -> first == 0 ? -1 : bytes.getInt(4);
      case CREDENTIALS ->
          new PeerCredentials(
              first,
              Integer.toUnsignedLong(bytes.getInt(4)),
              Integer.toUnsignedLong(bytes.getInt(8)));
    };
  }
}
