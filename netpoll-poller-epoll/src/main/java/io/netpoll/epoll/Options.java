package io.netpoll.epoll;

import io.netpoll.SocketOptions;
import io.netpoll.spi.SystemRefusal;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Checks and sets socket options. What a socket lacks is refused with a sentence that names it, and
 * everything is checked before anything is set.
 */
final class Options {
  /** A {@code struct linger} that is on, with a time of 0. Written here, and only read since. */
  private static final Memory RESET = reset();

  private Options() {}

  private static Memory reset() {
    Memory linger = Memory.malloc(8);
    linger.bytes.putInt(0, 1);
    return linger;
  }

  /** An option that is known, with a value that fits it. */
  record Setting(Option option, Object value) {
    boolean isInherited(boolean unix) {
      return option.isInherited(unix);
    }

    /** Whether it makes a close wait, or send RST. */
    boolean isLinger() {
      return option.value() == Option.Value.LINGER;
    }

    /**
     * Sets it.
     *
     * @param address of the socket, for messages: the peer's, or where it listens
     * @param memory at least 8 bytes
     */
    void apply(int fd, SocketAddress address, Memory memory) throws IOException {
      int result = set(fd, memory, option.level(), option.number());
      if (option.number() == Libc.IP_TOS && option.level() == Libc.IPPROTO_IP) {
        // An IPv6 socket has a traffic class of its own beside the one for mapped IPv4.
        int result6 = set(fd, memory, Libc.IPPROTO_IPV6, Libc.IPV6_TCLASS);
        result = Math.max(result, result6);
      }
      if (result < 0) {
        throw Errno.exception(SystemRefusal.setting(option.name(), value, address), -result);
      }
    }

    private int set(int fd, Memory memory, int level, int number) {
      if (option.value() == Option.Value.LINGER) {
        int seconds = (Integer) value;
        return setLinger(fd, memory, seconds);
      }
      memory.bytes.putInt(0, value instanceof Boolean on ? (on ? 1 : 0) : (Integer) value);
      return Libc.setsockopt(fd, level, number, memory.address, Integer.BYTES);
    }
  }

  /**
   * Has the close that follows send RST. Needs no memory, so that a socket can be closed where
   * there is none. What is no TCP socket ignores it.
   */
  static void resetOnClose(int fd) {
    Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_LINGER, RESET.address, 8);
  }

  /**
   * Sets SO_LINGER.
   *
   * @param seconds that a close waits; 0 sends RST, negative does not wait
   */
  static int setLinger(int fd, Memory memory, int seconds) {
    memory.bytes.putInt(0, seconds < 0 ? 0 : 1);
    memory.bytes.putInt(4, Math.max(seconds, 0));
    return Libc.setsockopt(fd, Libc.SOL_SOCKET, Libc.SO_LINGER, memory.address, 8);
  }

  /** The seconds that a close waits; 0 for RST, negative for no wait. */
  static int linger(int fd, Memory memory) {
    memory.bytes.putInt(8, 8);
    int result =
        Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_LINGER, memory.address, memory.address + 8);
    return result < 0 || memory.bytes.getInt(0) == 0 ? -1 : memory.bytes.getInt(4);
  }

  /** Checks the options of a socket that is to be connected. */
  static List<Setting> forStreams(Map<SocketOption<?>, Object> options, boolean unix) {
    List<Setting> settings = new ArrayList<>(options.size());
    for (Map.Entry<SocketOption<?>, Object> entry : options.entrySet()) {
      settings.add(forStream(entry.getKey(), entry.getValue(), unix));
    }
    return settings;
  }

  /** Checks an option of a connected socket. */
  static Setting forStream(SocketOption<?> option, Object value, boolean unix) {
    return setting(ofStream(option, unix), option, value);
  }

  /** Finds an option of a connected socket. */
  static Option ofStream(SocketOption<?> option, boolean unix) {
    Option known = Option.named(option.name());
    if (known == null || !known.isForStreams(unix)) {
      throw unsupported(option, kind(unix));
    }
    return known;
  }

  /** Checks the options of a listening socket and of those that it accepts. */
  static List<Setting> forAccepting(Map<SocketOption<?>, Object> options, boolean unix) {
    List<Setting> settings = new ArrayList<>(options.size());
    for (Map.Entry<SocketOption<?>, Object> entry : options.entrySet()) {
      SocketOption<?> option = entry.getKey();
      Option known = Option.named(option.name());
      if (known == null || !(known.isForStreams(unix) || known.isForListening(unix))) {
        throw unsupported(option, kind(unix));
      }
      settings.add(setting(known, option, entry.getValue()));
    }
    return settings;
  }

  /** Checks the options of a listening socket itself. */
  static List<Setting> forListening(Map<SocketOption<?>, Object> options, boolean unix) {
    List<Setting> settings = new ArrayList<>(options.size());
    for (Map.Entry<SocketOption<?>, Object> entry : options.entrySet()) {
      settings.add(forListening(entry.getKey(), entry.getValue(), unix));
    }
    return settings;
  }

  /** Checks an option of a listening socket itself. */
  static Setting forListening(SocketOption<?> option, Object value, boolean unix) {
    return setting(ofListening(option, unix), option, value);
  }

  /** Finds an option of a listening socket itself. */
  static Option ofListening(SocketOption<?> option, boolean unix) {
    Option known = Option.named(option.name());
    if (known == null || !known.isForListening(unix)) {
      throw unsupported(option, "listening " + kind(unix));
    }
    return known;
  }

  /** Reads an option. */
  static <T> T read(int fd, SocketAddress address, Option known, SocketOption<T> option)
      throws IOException {
    if (option.type() != known.type()) {
      throw new IllegalArgumentException(
          "The option "
              + option.name()
              + " has values of type "
              + known.type().getSimpleName()
              + ", not "
              + option.type().getSimpleName()
              + ".");
    }
    try (Memory memory = Memory.malloc(16)) {
      return option.type().cast(known.read(fd, address, memory));
    }
  }

  private static String kind(boolean unix) {
    return unix ? "Unix-domain sockets" : "TCP sockets";
  }

  private static UnsupportedOperationException unsupported(SocketOption<?> option, String sockets) {
    return new UnsupportedOperationException(
        "The epoll backend has no option " + option.name() + " for " + sockets + ".");
  }

  private static Setting setting(Option known, SocketOption<?> option, Object value) {
    if (known.value() == Option.Value.CREDENTIALS) {
      throw new UnsupportedOperationException(
          "The option " + option.name() + " of the epoll backend can only be read.");
    }
    if (option.type() != known.type()
        || !known.type().isInstance(value)
        || known.isNeverNegative() && (Integer) value < 0) {
      throw new IllegalArgumentException(
          "The option " + option.name() + " cannot have the value " + value + ".");
    }
    return new Setting(known, value);
  }

  /** The options of connected sockets of a kind. */
  static Set<SocketOption<?>> supported(boolean unix) {
    return unix ? Supported.UNIX : Supported.TCP;
  }

  /** Apart, since it is asked rarely and loads what nothing else here needs. */
  private static final class Supported {
    static final Set<SocketOption<?>> UNIX =
        Set.of(
            StandardSocketOptions.SO_RCVBUF,
            StandardSocketOptions.SO_SNDBUF,
            StandardSocketOptions.SO_LINGER,
            SocketOptions.SO_PEERCRED);
    static final Set<SocketOption<?>> TCP =
        Set.of(
            StandardSocketOptions.SO_RCVBUF,
            StandardSocketOptions.SO_SNDBUF,
            StandardSocketOptions.SO_LINGER,
            StandardSocketOptions.SO_KEEPALIVE,
            StandardSocketOptions.SO_REUSEADDR,
            StandardSocketOptions.SO_REUSEPORT,
            StandardSocketOptions.IP_TOS,
            StandardSocketOptions.TCP_NODELAY,
            SocketOptions.TCP_KEEPIDLE,
            SocketOptions.TCP_KEEPINTERVAL,
            SocketOptions.TCP_KEEPCOUNT,
            SocketOptions.TCP_QUICKACK,
            SocketOptions.TCP_USER_TIMEOUT,
            SocketOptions.TCP_NOTSENT_LOWAT,
            SocketOptions.SO_BUSY_POLL);

    private Supported() {}
  }
}
