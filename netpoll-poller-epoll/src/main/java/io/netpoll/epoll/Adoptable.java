package io.netpoll.epoll;

import java.io.IOException;

/**
 * Whether a descriptor that somebody else opened may be adopted. Everything is checked before
 * anything is changed, so each refusal leaves it as it is.
 */
final class Adoptable {
  private Adoptable() {}

  /**
   * Checks a listening socket.
   *
   * @throws IllegalArgumentException if it is none
   */
  static void checkListening(int fd, Memory memory) {
    checkStream(fd, memory);
    if (option(fd, Libc.SO_ACCEPTCONN, memory) == 0) {
      throw refused(fd, "does not listen: call listen before");
    }
  }

  /**
   * Checks a connected socket.
   *
   * @throws IllegalArgumentException if it is none
   */
  static void checkConnected(int fd, Memory memory) {
    checkStream(fd, memory);
    Addresses.clear(memory);
    int result = Libc.getpeername(fd, memory.address, Addresses.lengthAddress(memory));
    if (result < 0) {
      throw refused(fd, "is not connected: " + Errno.describe(-result));
    }
  }

  private static void checkStream(int fd, Memory memory) {
    if (fd < 0) {
      throw new IllegalArgumentException("A descriptor is at least 0, not " + fd + ".");
    }
    int result = Libc.fcntl(fd, Libc.F_GETFD, 0);
    if (result < 0) {
      throw refused(fd, "is not open: " + Errno.describe(-result));
    }
    int type = option(fd, Libc.SO_TYPE, memory);
    if (type < 0) {
      throw refused(fd, "is no socket: " + Errno.describe(-type));
    }
    int family = option(fd, Libc.SO_DOMAIN, memory);
    boolean known = family == Libc.AF_INET || family == Libc.AF_INET6 || family == Libc.AF_UNIX;
    if (type != Libc.SOCK_STREAM || !known) {
      throw refused(
          fd, "is no TCP or Unix stream socket but of family " + family + " and type " + type);
    }
  }

  /** The value of an option, or an error negated. */
  private static int option(int fd, int option, Memory memory) {
    memory.bytes.putInt(4, Integer.BYTES);
    int result = Libc.getsockopt(fd, Libc.SOL_SOCKET, option, memory.address, memory.address + 4);
    return result < 0 ? result : memory.bytes.getInt(0);
  }

  /**
   * Makes a descriptor that was checked like those that this backend opens: it does not block, and
   * processes started by this one lack it.
   */
  static void adapt(int fd) throws IOException {
    int flags = Libc.fcntl(fd, Libc.F_GETFL, 0);
    int result = flags < 0 ? flags : Libc.fcntl(fd, Libc.F_SETFL, flags | Libc.O_NONBLOCK);
    if (result >= 0) {
      result = Libc.fcntl(fd, Libc.F_SETFD, Libc.FD_CLOEXEC);
    }
    if (result < 0) {
      throw Errno.exception("adopting descriptor " + fd, -result);
    }
  }

  private static IllegalArgumentException refused(int fd, String why) {
    return new IllegalArgumentException(
        "Descriptor " + fd + " cannot be adopted because it " + why + ".");
  }
}
