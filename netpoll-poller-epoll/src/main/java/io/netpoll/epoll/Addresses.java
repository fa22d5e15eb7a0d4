package io.netpoll.epoll;

import java.io.IOException;
import java.net.Inet4Address;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.UnresolvedAddressException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.HexFormat;

/**
 * Addresses as {@code struct sockaddr}: a family of 16 bits, then what that family has.
 *
 * <p>A Unix address whose path starts with {@code @} stands for the abstract name behind it, which
 * has no file and vanishes with its socket; a file of such a name is written {@code ./@name}. The
 * empty path is a socket without a name, and when bound makes the system choose an abstract one.
 *
 * <p>The name of a peer is made of whatever bytes that has chosen, so to read one never fails. What
 * a path cannot hold is written otherwise: a zero byte in an abstract name as {@code @}, as the
 * system's own lists have it, and bytes that the encoding of paths lacks as {@code \xHH}. Such an
 * address tells who it was; it leads nowhere.
 *
 * <p>IPv4 is spoken on IPv4 sockets, except that the wildcard address, of whichever version, is
 * bound on an IPv6 socket that serves both, as the JDK does it; where the system has no IPv6, or
 * {@code java.net.preferIPv4Stack} is true, on an IPv4 one. Who wants one version alone says so.
 */
final class Addresses {
  /** Room for an address of any family, and behind it its length where a call wants it there. */
  static final int SIZE = 136;

  private static final int MAX_LENGTH = 128;
  private static final int LENGTH = MAX_LENGTH;
  private static final int INET_LENGTH = 16;
  private static final int INET6_LENGTH = 28;
  private static final int UNIX_PATH = 2;
  private static final int UNIX_PATH_SIZE = 108;

  private static final Charset PATHS = pathCharset();
  private static final HexFormat HEX = HexFormat.of();

  private Addresses() {}

  private static Charset pathCharset() {
    String name = System.getProperty("sun.jnu.encoding");
    return name != null && Charset.isSupported(name)
        ? Charset.forName(name)
        : Charset.defaultCharset();
  }

  static boolean isUnix(SocketAddress address) {
    return address instanceof UnixDomainSocketAddress;
  }

  /** Whether binding a Unix address makes a file. */
  static boolean isFile(UnixDomainSocketAddress address) {
    String path = address.getPath().toString();
    return !path.isEmpty() && path.charAt(0) != '@';
  }

  /** Whether it is an IP address that stands for every local one. */
  static boolean isWildcard(SocketAddress address) {
    return address instanceof InetSocketAddress inet && inet.getAddress().isAnyLocalAddress();
  }

  /** The wildcard address of IPv6, or of IPv4. */
  static InetAddress wildcard(boolean six) {
    try {
      return InetAddress.getByAddress(new byte[six ? 16 : 4]);
    } catch (UnknownHostException lengthIsWrong) {
      throw new AssertionError(lengthIsWrong);
    }
  }

  /**
   * Checks that a socket can be bound to one address and connect to another.
   *
   * @throws SocketException if they are of different versions of IP, and {@code local} no wildcard
   */
  static void checkLocal(SocketAddress local, SocketAddress remote) throws SocketException {
    if (!isUnix(local) && !isWildcard(local) && family(local) != family(remote)) {
      throw new SocketException(
          "A socket that is bound to "
              + local
              + " cannot connect to "
              + remote
              + ": give a local address of the same kind, or none.");
    }
  }

  /** What a socket that has no address yet tells: the unspecified address of its kind. */
  static SocketAddress unspecified(boolean unix) {
    return unix ? UnixDomainSocketAddress.of("") : new InetSocketAddress(0);
  }

  /**
   * Checks that sockets of this backend can have an address.
   *
   * @throws UnsupportedOperationException if it is neither TCP nor Unix
   * @throws UnresolvedAddressException if it is a name without an address
   */
  static void check(SocketAddress address) {
    if (address instanceof InetSocketAddress inet) {
      if (inet.isUnresolved()) {
        throw new UnresolvedAddressException();
      }
    } else if (!isUnix(address)) {
      throw new UnsupportedOperationException(
          "The epoll backend has no sockets for addresses like " + address + ".");
    }
  }

  /** The family of socket that reaches an address. */
  static int family(SocketAddress address) {
    if (address instanceof InetSocketAddress inet) {
      return inet.getAddress() instanceof Inet4Address ? Libc.AF_INET : Libc.AF_INET6;
    }
    return Libc.AF_UNIX;
  }

  /**
   * Writes an address.
   *
   * @param family of the socket that it is for
   * @return its length
   * @throws SocketException if a socket of that family cannot have it
   */
  static int encode(SocketAddress address, int family, Memory into) throws SocketException {
    ByteBuffer bytes = into.bytes;
    bytes.putShort(0, (short) family);
    if (family == Libc.AF_UNIX && address instanceof UnixDomainSocketAddress unix) {
      return encodePath(unix.getPath().toString(), bytes);
    }
    if (family == Libc.AF_INET && address instanceof InetSocketAddress inet) {
      putPort(bytes, inet.getPort());
      if (inet.getAddress() instanceof Inet4Address four) {
        bytes.put(4, four.getAddress());
        bytes.putLong(8, 0);
        return INET_LENGTH;
      } else if (inet.getAddress().isAnyLocalAddress()) {
        bytes.putInt(4, 0);
        bytes.putLong(8, 0);
        return INET_LENGTH;
      }
    }
    if (family == Libc.AF_INET6 && address instanceof InetSocketAddress inet) {
      putPort(bytes, inet.getPort());
      encode6(inet.getAddress(), bytes);
      return INET6_LENGTH;
    }
    throw new SocketException(
        "A socket of address family " + family + " cannot have the address " + address + ".");
  }

  private static void encode6(InetAddress address, ByteBuffer bytes) {
    bytes.putInt(4, 0);
    bytes.putInt(24, 0);
    if (address instanceof Inet6Address six) {
      bytes.put(8, six.getAddress());
      bytes.putInt(24, six.getScopeId());
    } else if (address.isAnyLocalAddress()) {
      bytes.putLong(8, 0);
      bytes.putLong(16, 0);
    } else {
      bytes.putLong(8, 0);
      bytes.putShort(16, (short) 0);
      bytes.putShort(18, (short) -1);
      bytes.put(20, address.getAddress());
    }
  }

  /** A path as the system knows it. */
  static byte[] encodePath(Path path) {
    return path.toString().getBytes(PATHS);
  }

  private static int encodePath(String path, ByteBuffer bytes) throws SocketException {
    if (path.isEmpty()) {
      return UNIX_PATH;
    }
    byte[] name = path.getBytes(PATHS);
    boolean isAbstract = name[0] == '@';
    // A path ends with a zero byte; an abstract name starts with one.
    if (name.length > (isAbstract ? UNIX_PATH_SIZE : UNIX_PATH_SIZE - 1)) {
      throw new SocketException("The path of a Unix-domain socket is too long: " + path + ".");
    }
    bytes.put(UNIX_PATH, name);
    if (isAbstract) {
      bytes.put(UNIX_PATH, (byte) 0);
      return UNIX_PATH + name.length;
    }
    bytes.put(UNIX_PATH + name.length, (byte) 0);
    return UNIX_PATH + name.length + 1;
  }

  /** Ports are big-endian, whatever the machine is. */
  private static void putPort(ByteBuffer bytes, int port) {
    bytes.put(2, (byte) (port >>> 8));
    bytes.put(3, (byte) port);
  }

  private static int port(ByteBuffer bytes) {
    return (bytes.get(2) & 0xff) << 8 | bytes.get(3) & 0xff;
  }

  /** Makes memory ready for a call that writes an address. */
  static void clear(Memory memory) {
    memory.bytes.putInt(LENGTH, MAX_LENGTH);
  }

  /** Where a call finds, and writes, the length of an address. */
  static long lengthAddress(Memory memory) {
    return memory.address + LENGTH;
  }

  /** Reads the address that a call has written. */
  static SocketAddress decode(Memory memory) {
    ByteBuffer bytes = memory.bytes;
    int length = bytes.getInt(LENGTH);
    if (length < UNIX_PATH || bytes.getShort(0) == Libc.AF_UNIX) {
      // The peer of a Unix socket without a name may have no address at all.
      return decodePath(bytes, Math.min(length, MAX_LENGTH));
    }
    try {
      return bytes.getShort(0) == Libc.AF_INET
          ? new InetSocketAddress(InetAddress.getByAddress(copy(bytes, 4, 4)), port(bytes))
          : new InetSocketAddress(decode6(bytes), port(bytes));
    } catch (UnknownHostException lengthIsWrong) {
      throw new AssertionError(lengthIsWrong);
    }
  }

  /** An IPv4 address for one that is mapped into IPv6. */
  private static InetAddress decode6(ByteBuffer bytes) throws UnknownHostException {
    byte[] address = copy(bytes, 8, 16);
    int scope = bytes.getInt(24);
    return scope == 0
        ? InetAddress.getByAddress(address)
        : Inet6Address.getByAddress(null, address, scope);
  }

  private static SocketAddress decodePath(ByteBuffer bytes, int length) {
    if (length <= UNIX_PATH) {
      return unspecified(true);
    }
    if (bytes.get(UNIX_PATH) == 0) {
      byte[] name = copy(bytes, UNIX_PATH, length - UNIX_PATH);
      for (int i = 0; i < name.length; i++) {
        name[i] = name[i] == 0 ? (byte) '@' : name[i];
      }
      return unixAddress(name, PATHS);
    }
    int end = UNIX_PATH;
    while (end < length && bytes.get(end) != 0) {
      end++;
    }
    return unixAddress(copy(bytes, UNIX_PATH, end - UNIX_PATH), PATHS);
  }

  /**
   * Makes an address of a name without zero bytes.
   *
   * @param paths the encoding of paths
   */
  static SocketAddress unixAddress(byte[] name, Charset paths) {
    try {
      return UnixDomainSocketAddress.of(
          paths.newDecoder().decode(ByteBuffer.wrap(name)).toString());
    } catch (CharacterCodingException | InvalidPathException noPath) {
      return UnixDomainSocketAddress.of(escaped(name));
    }
  }

  /** ASCII, which every encoding of paths has. */
  private static String escaped(byte[] name) {
    StringBuilder text = new StringBuilder(name.length + 16);
    for (byte each : name) {
      if (each > 0) {
        text.append((char) each);
      } else {
        text.append("\\x").append(HEX.toHexDigits(each));
      }
    }
    return text.toString();
  }

  /** Whether a call has written an IPv4 address, be it as one that is mapped into IPv6. */
  static boolean isInet4(Memory memory) {
    ByteBuffer bytes = memory.bytes;
    int length = bytes.getInt(LENGTH);
    short family = length < UNIX_PATH ? Libc.AF_UNIX : bytes.getShort(0);
    return family == Libc.AF_INET
        || (family == Libc.AF_INET6
            && bytes.getLong(8) == 0
            && bytes.getShort(16) == 0
            && bytes.getShort(18) == -1);
  }

  /** The four bytes of an {@linkplain #isInet4 IPv4 address} that a call has written. */
  static int inet4(Memory memory) {
    return memory.bytes.getInt(memory.bytes.getShort(0) == Libc.AF_INET ? 4 : 20);
  }

  /** The port of an IP address that a call has written. */
  static int port(Memory memory) {
    return port(memory.bytes);
  }

  /** Makes an address of what {@link #inet4} and {@link #port(Memory)} told. */
  static SocketAddress inet4(int address, int port) {
    byte[] bytes =
        ByteBuffer.allocate(Integer.BYTES).order(ByteOrder.nativeOrder()).putInt(address).array();
    try {
      return new InetSocketAddress(InetAddress.getByAddress(bytes), port);
    } catch (UnknownHostException lengthIsWrong) {
      throw new AssertionError(lengthIsWrong);
    }
  }

  private static byte[] copy(ByteBuffer bytes, int offset, int length) {
    byte[] copy = new byte[length];
    bytes.get(offset, copy);
    return copy;
  }

  /** The address that a socket has. */
  static SocketAddress local(int fd, Memory memory) throws IOException {
    clear(memory);
    int result = Libc.getsockname(fd, memory.address, lengthAddress(memory));
    if (result < 0) {
      throw Errno.exception("getsockname", -result);
    }
    return decode(memory);
  }

  /** The address of a socket's peer. */
  static SocketAddress remote(int fd, Memory memory) throws IOException {
    clear(memory);
    int result = Libc.getpeername(fd, memory.address, lengthAddress(memory));
    if (result < 0) {
      throw Errno.exception("getpeername", -result);
    }
    return decode(memory);
  }
}
