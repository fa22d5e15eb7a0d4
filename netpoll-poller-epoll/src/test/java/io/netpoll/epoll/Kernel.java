package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import jnr.constants.platform.AddressFamily;
import jnr.constants.platform.Fcntl;
import jnr.constants.platform.IPProto;
import jnr.constants.platform.OpenFlags;
import jnr.constants.platform.RLIMIT;
import jnr.constants.platform.Sock;
import jnr.constants.platform.SocketLevel;
import jnr.constants.platform.SocketOption;
import jnr.constants.platform.TCP;
import jnr.ffi.LibraryLoader;
import jnr.ffi.Platform;
import jnr.ffi.Pointer;
import jnr.ffi.annotations.In;
import jnr.ffi.annotations.Out;
import jnr.ffi.byref.IntByReference;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;

/**
 * The kernel as tests ask it: through jnr-posix and jnr-ffi, with their numbers and without code of
 * the backend, whose word is what is checked.
 */
final class Kernel {
  /** {@code FD_CLOEXEC}. */
  private static final int CLOSE_ON_EXEC = 1;

  /** What jnr knows no name for, from Linux's headers. */
  private static final int IP_BIND_ADDRESS_NO_PORT = 24;

  private static final int IP_TOS = 1;
  private static final int TCP_NOTSENT_LOWAT = 25;

  private static final POSIX POSIX = POSIXFactory.getNativePOSIX();
  private static final Calls CALLS =
      LibraryLoader.create(Calls.class)
          .load(Platform.getNativePlatform().getStandardCLibraryName());

  private Kernel() {}

  /** What jnr-posix does not have; jnr-ffi implements it, for which it must be public. */
  public interface Calls {
    int socket(int family, int type, int protocol);

    int bind(int fd, @In ByteBuffer address, int size);

    int connect(int fd, @In ByteBuffer address, int size);

    int listen(int fd, int backlog);

    int accept(int fd, Pointer address, Pointer size);

    int getsockname(int fd, @Out ByteBuffer address, IntByReference size);

    int getsockopt(int fd, int level, int option, @Out ByteBuffer value, IntByReference size);

    int eventfd(int initial, int flags);
  }

  private record Option(int level, int number) {}

  private static final Map<String, Option> OPTIONS =
      Map.ofEntries(
          Map.entry("SO_RCVBUF", of(SocketOption.SO_RCVBUF)),
          Map.entry("SO_SNDBUF", of(SocketOption.SO_SNDBUF)),
          Map.entry("SO_LINGER", of(SocketOption.SO_LINGER)),
          Map.entry("SO_KEEPALIVE", of(SocketOption.SO_KEEPALIVE)),
          Map.entry("SO_REUSEADDR", of(SocketOption.SO_REUSEADDR)),
          Map.entry("SO_REUSEPORT", of(SocketOption.SO_REUSEPORT)),
          Map.entry("SO_BUSY_POLL", of(SocketOption.SO_BUSY_POLL)),
          Map.entry("IP_TOS", ip(IP_TOS)),
          Map.entry("IP_BIND_ADDRESS_NO_PORT", ip(IP_BIND_ADDRESS_NO_PORT)),
          Map.entry("TCP_NODELAY", tcp(TCP.TCP_NODELAY.intValue())),
          Map.entry("TCP_KEEPIDLE", tcp(TCP.TCP_KEEPIDLE.intValue())),
          Map.entry("TCP_KEEPINTERVAL", tcp(TCP.TCP_KEEPINTVL.intValue())),
          Map.entry("TCP_KEEPCOUNT", tcp(TCP.TCP_KEEPCNT.intValue())),
          Map.entry("TCP_QUICKACK", tcp(TCP.TCP_QUICKACK.intValue())),
          Map.entry("TCP_USER_TIMEOUT", tcp(TCP.TCP_USER_TIMEOUT.intValue())),
          Map.entry("TCP_NOTSENT_LOWAT", tcp(TCP_NOTSENT_LOWAT)),
          Map.entry("TCP_FASTOPEN", tcp(TCP.TCP_FASTOPEN.intValue())),
          Map.entry("TCP_DEFER_ACCEPT", tcp(TCP.TCP_DEFER_ACCEPT.intValue())));

  private static Option of(SocketOption option) {
    return new Option(SocketLevel.SOL_SOCKET.intValue(), option.intValue());
  }

  private static Option ip(int number) {
    return new Option(IPProto.IPPROTO_IP.intValue(), number);
  }

  private static Option tcp(int number) {
    return new Option(IPProto.IPPROTO_TCP.intValue(), number);
  }

  // ---- Descriptors ---------------------------------------------------------------------------

  /** Another number for the same socket, which keeps it in every epoll set that it is in. */
  static int duplicate(int fd) {
    return checked(POSIX.dup(fd));
  }

  static void close(int fd) {
    POSIX.close(fd);
  }

  static boolean isOpen(int fd) {
    return POSIX.fcntl(fd, Fcntl.F_GETFD) >= 0;
  }

  static boolean isNonBlocking(int fd) {
    return (checked(POSIX.fcntl(fd, Fcntl.F_GETFL)) & OpenFlags.O_NONBLOCK.intValue()) != 0;
  }

  /** Whether a process that this one starts does not get it. */
  static boolean isCloseOnExec(int fd) {
    return (checked(POSIX.fcntl(fd, Fcntl.F_GETFD)) & CLOSE_ON_EXEC) != 0;
  }

  /** A descriptor that is no socket. */
  static int eventFd() {
    return checked(CALLS.eventfd(0, 0));
  }

  /** From now on the process opens at most so many more. */
  static void limitDescriptors(int more) {
    int next = eventFd(); // the lowest number that is free
    int limit = next + more;
    close(next);
    checked(POSIX.setrlimit(RLIMIT.RLIMIT_NOFILE.intValue(), limit, limit));
  }

  // ---- Sockets -------------------------------------------------------------------------------

  /** A blocking, inheritable socket, as a launcher hands it over. */
  static int socket(AddressFamily family, Sock type) {
    return checked(CALLS.socket(family.intValue(), type.intValue(), 0));
  }

  /** A socket that listens, of IPv4 or the Unix domain. */
  static int listening(SocketAddress address) {
    int fd = socket(family(address), Sock.SOCK_STREAM);
    bind(fd, encoded(address));
    checked(CALLS.listen(fd, 16));
    return fd;
  }

  static void bind(int fd, ByteBuffer address) {
    checked(CALLS.bind(fd, address, address.remaining()));
  }

  static void connect(int fd, SocketAddress remote) {
    ByteBuffer address = encoded(remote);
    checked(CALLS.connect(fd, address, address.remaining()));
  }

  static int accept(int fd) {
    return checked(CALLS.accept(fd, null, null));
  }

  /** The local address of a socket of IPv4. */
  static InetSocketAddress localAddress(int fd) throws UnknownHostException {
    ByteBuffer address = ByteBuffer.allocate(16);
    checked(CALLS.getsockname(fd, address, new IntByReference(address.capacity())));
    byte[] host = new byte[4];
    address.get(4, host);
    return new InetSocketAddress(InetAddress.getByAddress(host), address.getChar(2));
  }

  /** A Unix-domain address of a name that may be none that a path can have. */
  static ByteBuffer unixAddress(byte[] name) {
    ByteBuffer address = ByteBuffer.allocate(2 + name.length).order(ByteOrder.nativeOrder());
    return address.putShort((short) AddressFamily.AF_UNIX.intValue()).put(name).flip();
  }

  private static AddressFamily family(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress
        ? AddressFamily.AF_UNIX
        : AddressFamily.AF_INET;
  }

  private static ByteBuffer encoded(SocketAddress address) {
    if (address instanceof UnixDomainSocketAddress unix) {
      return unixAddress((unix.getPath() + "\0").getBytes(StandardCharsets.UTF_8));
    }
    InetSocketAddress inet = (InetSocketAddress) address;
    ByteBuffer encoded = ByteBuffer.allocate(16).order(ByteOrder.nativeOrder());
    encoded.putShort(0, (short) AddressFamily.AF_INET.intValue());
    encoded.order(ByteOrder.BIG_ENDIAN).putShort(2, (short) inet.getPort());
    return encoded.put(4, inet.getAddress().getAddress());
  }

  /** The value of an option; for SO_LINGER the seconds, negative if it is off. */
  static int option(int fd, String name) {
    Option option = OPTIONS.get(name);
    assertThat(option).as(name).isNotNull();
    ByteBuffer value = ByteBuffer.allocate(8).order(ByteOrder.nativeOrder());
    checked(CALLS.getsockopt(fd, option.level(), option.number(), value, new IntByReference(8)));
    if (name.equals("SO_LINGER")) {
      return value.getInt(0) == 0 ? -1 : value.getInt(4);
    }
    return value.getInt(0);
  }

  // ---- The process ---------------------------------------------------------------------------

  static int user() {
    return POSIX.getuid();
  }

  static int group() {
    return POSIX.getgid();
  }

  private static int checked(int result) {
    assertThat(result).as("what the system returned, with errno %d", POSIX.errno()).isNotNegative();
    return result;
  }
}
