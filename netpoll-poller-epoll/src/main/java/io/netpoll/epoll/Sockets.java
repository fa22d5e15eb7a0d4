package io.netpoll.epoll;

import io.netpoll.spi.SystemRefusal;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import org.jspecify.annotations.Nullable;

/** Makes sockets and gives them what they have before they are connected. */
final class Sockets {
  private Sockets() {}

  /**
   * Opens a stream socket that does not block, and that processes started by this one lack.
   *
   * @param address what it is for
   */
  static int open(int family, SocketAddress address) throws IOException {
    int type = Libc.SOCK_STREAM | Libc.SOCK_NONBLOCK | Libc.SOCK_CLOEXEC;
    int fd = Libc.socket(family, type, 0);
    if (fd < 0) {
      throw Errno.exception(SystemRefusal.opening(address), -fd);
    }
    return fd;
  }

  /** The family of a socket that is bound to the wildcard address. */
  static int wildcardFamily() {
    return Wildcard.FAMILY;
  }

  /** Apart, so that it is found out once, and only by who binds. */
  private static final class Wildcard {
    static final int FAMILY = hasIpv6() ? Libc.AF_INET6 : Libc.AF_INET;

    private Wildcard() {}

    private static boolean hasIpv6() {
      if (Boolean.getBoolean("java.net.preferIPv4Stack")) {
        return false;
      }
      int fd = Libc.socket(Libc.AF_INET6, Libc.SOCK_STREAM | Libc.SOCK_CLOEXEC, 0);
      if (fd >= 0) {
        Libc.close(fd);
      }
      return fd != -Errno.EAFNOSUPPORT;
    }
  }

  /**
   * Sets an option whose value is an int.
   *
   * @return 0, or an error
   */
  static int set(int fd, int level, int option, int value, Memory memory) {
    memory.bytes.putInt(0, value);
    return Libc.setsockopt(fd, level, option, memory.address, Integer.BYTES);
  }

  static void bind(int fd, int family, SocketAddress address, Memory memory) throws IOException {
    int length = Addresses.encode(address, family, memory);
    int result = Libc.bind(fd, memory.address, length);
    if (result < 0) {
      throw Errno.bindException(address, -result);
    }
  }

  /**
   * Binds the address to connect from. A port that the system is to choose is chosen by the
   * connect, which knows the peer: so one that is taken for another peer will do. Where the system
   * is too old for that, the bind chooses it.
   */
  static void bindLocal(int fd, int family, SocketAddress address, Memory memory)
      throws IOException {
    if (address instanceof InetSocketAddress inet && inet.getPort() == 0) {
      set(fd, Libc.IPPROTO_IP, Libc.IP_BIND_ADDRESS_NO_PORT, 1, memory);
    }
    bind(fd, family, address, memory);
  }

  /**
   * Starts to connect.
   *
   * @param local what was bound before, or null
   * @return whether it is connected already; else it will be, or not, when it is writable
   */
  static boolean connect(
      int fd, int family, SocketAddress address, @Nullable SocketAddress local, Memory memory)
      throws IOException {
    int length = Addresses.encode(address, family, memory);
    int result = Libc.connect(fd, memory.address, length);
    if (result == -Errno.EINPROGRESS || result == -Errno.EINTR) {
      return false;
    }
    if (result < 0) {
      throw Errno.connectException(address, local, -result);
    }
    return true;
  }

  /** Takes the error that a socket has, if any; as an errno, 0 if none. */
  static int takeError(int fd, Memory memory) {
    memory.bytes.putInt(0, 0);
    memory.bytes.putInt(4, Integer.BYTES);
    int result =
        Libc.getsockopt(fd, Libc.SOL_SOCKET, Libc.SO_ERROR, memory.address, memory.address + 4);
    return result < 0 ? -result : memory.bytes.getInt(0);
  }
}
