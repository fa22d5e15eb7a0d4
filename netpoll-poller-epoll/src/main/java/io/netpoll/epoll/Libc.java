package io.netpoll.epoll;

import com.kenai.jffi.CallContext;
import com.kenai.jffi.CallingConvention;
import com.kenai.jffi.Invoker;
import com.kenai.jffi.LastError;
import com.kenai.jffi.Library;
import com.kenai.jffi.MemoryIO;
import com.kenai.jffi.Type;
import java.nio.ByteBuffer;
import java.util.function.ToLongFunction;

/**
 * The functions of the C library that the backend calls, and nothing else of it. Initialising this
 * class loads jffi's native stub; it fails with a {@link LinkageError} where that cannot be.
 *
 * <p>A result is as the kernel itself gives it: zero or more, or an {@link Errno} negated. So it
 * does not matter what the thread does between a call and looking at its error. Calls that a signal
 * interrupts are made again, except where a method says otherwise. Addresses are plain numbers, so
 * that no call allocates: who passes one keeps its memory reachable.
 *
 * <p>All parameters are passed as 64-bit integers. That fits {@code int} parameters too: x86-64 and
 * aarch64 pass the first six integers in 64-bit registers, of which a callee looks at the half that
 * it declares. Results of functions that return {@code int} are cut to it.
 *
 * <p>The numbers are those of Linux, the same on x86-64 and aarch64.
 */
final class Libc {
  static final int EPOLL_CLOEXEC = 0x80000;
  static final int EPOLL_CTL_ADD = 1;
  static final int EPOLL_CTL_DEL = 2;
  static final int EPOLL_CTL_MOD = 3;
  static final int EPOLLIN = 0x1;
  static final int EPOLLOUT = 0x4;
  static final int EPOLLERR = 0x8;
  static final int EPOLLHUP = 0x10;
  static final int EPOLLRDHUP = 0x2000;
  static final int EPOLLET = 1 << 31;

  static final int POLLIN = 0x1;

  static final int O_RDONLY = 0;
  static final int O_NONBLOCK = 0x800;
  static final int O_CLOEXEC = 0x80000;

  static final int EFD_CLOEXEC = 0x80000;
  static final int EFD_NONBLOCK = 0x800;

  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SOCK_STREAM = 1;
  static final int SOCK_NONBLOCK = 0x800;
  static final int SOCK_CLOEXEC = 0x80000;
  static final int SHUT_WR = 1;
  static final int SHUT_RDWR = 2;
  static final int F_GETFD = 1;
  static final int F_SETFD = 2;
  static final int F_GETFL = 3;
  static final int F_SETFL = 4;
  static final int FD_CLOEXEC = 1;
  static final int MSG_DONTWAIT = 0x40;
  static final int MSG_NOSIGNAL = 0x4000;

  static final int SOL_SOCKET = 1;
  static final int SO_REUSEADDR = 2;
  static final int SO_TYPE = 3;
  static final int SO_ERROR = 4;
  static final int SO_SNDBUF = 7;
  static final int SO_RCVBUF = 8;
  static final int SO_KEEPALIVE = 9;
  static final int SO_LINGER = 13;
  static final int SO_REUSEPORT = 15;
  static final int SO_PEERCRED = 17;
  static final int SO_ATTACH_FILTER = 26;
  static final int SO_ACCEPTCONN = 30;
  static final int SO_DOMAIN = 39;
  static final int SO_BUSY_POLL = 46;
  static final int IPPROTO_IP = 0;
  static final int IP_TOS = 1;
  static final int IP_BIND_ADDRESS_NO_PORT = 24;
  static final int IPPROTO_TCP = 6;
  static final int TCP_NODELAY = 1;
  static final int TCP_KEEPIDLE = 4;
  static final int TCP_KEEPINTVL = 5;
  static final int TCP_KEEPCNT = 6;
  static final int TCP_DEFER_ACCEPT = 9;
  static final int TCP_QUICKACK = 12;
  static final int TCP_USER_TIMEOUT = 18;
  static final int TCP_FASTOPEN = 23;
  static final int TCP_NOTSENT_LOWAT = 25;
  static final int IPPROTO_IPV6 = 41;
  static final int IPV6_V6ONLY = 26;
  static final int IPV6_TCLASS = 67;

  private static final Library C = JffiStub.load();
  private static final Invoker CALL = Invoker.getInstance();
  private static final LastError LAST_ERROR = LastError.getInstance();

  // Not the default instance, which uses sun.misc.Unsafe; of this one only addresses are asked, and
  // the C library's memory.
  private static final MemoryIO MEMORY = MemoryIO.getCheckedInstance();

  private static final CallContext ARGS_1 = args(1);
  private static final CallContext ARGS_2 = args(2);
  private static final CallContext ARGS_3 = args(3);
  private static final CallContext ARGS_4 = args(4);
  private static final CallContext ARGS_5 = args(5);

  private static final long EPOLL_CREATE1 = symbol("epoll_create1");
  private static final long EPOLL_CTL = symbol("epoll_ctl");
  private static final long EPOLL_WAIT = symbol("epoll_wait");
  private static final long POLL = symbol("poll");
  private static final long EVENTFD = symbol("eventfd");
  private static final long EVENTFD_READ = symbol("eventfd_read");
  private static final long EVENTFD_WRITE = symbol("eventfd_write");
  private static final long SOCKET = symbol("socket");
  private static final long BIND = symbol("bind");
  private static final long LISTEN = symbol("listen");
  private static final long ACCEPT4 = symbol("accept4");
  private static final long CONNECT = symbol("connect");
  private static final long GETSOCKNAME = symbol("getsockname");
  private static final long GETPEERNAME = symbol("getpeername");
  private static final long GETSOCKOPT = symbol("getsockopt");
  private static final long SETSOCKOPT = symbol("setsockopt");
  private static final long RECV = symbol("recv");
  private static final long READV = symbol("readv");
  private static final long SEND = symbol("send");
  private static final long SENDMSG = symbol("sendmsg");
  private static final long OPEN = symbol("open");
  private static final long SENDFILE = symbol("sendfile");
  private static final long SHUTDOWN = symbol("shutdown");
  private static final long FCNTL = symbol("fcntl");
  private static final long CLOSE = symbol("close");

  /** Tells the address of a direct buffer. Not a lambda, which would cost time at start. */
  static final ToLongFunction<ByteBuffer> ADDRESS =
      new ToLongFunction<>() {
        @Override
        public long applyAsLong(ByteBuffer buffer) {
          return MEMORY.getDirectBufferAddress(buffer);
        }
      };

  private Libc() {}

  /** Memory of the C library, zeroed; throws an OutOfMemoryError if there is none. */
  static long malloc(int size) {
    long address = MEMORY.allocateMemory(size, true);
    if (address == 0) {
      throw new OutOfMemoryError("The C library has no memory left.");
    }
    return address;
  }

  static void free(long address) {
    MEMORY.freeMemory(address);
  }

  /** A buffer on memory, which it does not keep. */
  static ByteBuffer bufferAt(long address, int size) {
    return MEMORY.newDirectByteBuffer(address, size);
  }

  /** Loads what is native, unless it was loaded before: initialising this class does it. */
  static void load() {
    Errno.load();
  }

  private static CallContext args(int count) {
    Type[] types = new Type[count];
    for (int i = 0; i < count; i++) {
      types[i] = Type.SINT64;
    }
    return new CallContext(Type.SINT64, types, CallingConvention.DEFAULT, true);
  }

  private static long symbol(String name) {
    long address = C.getSymbolAddress(name);
    if (address == 0) {
      throw new UnsatisfiedLinkError("the C library has no " + name);
    }
    return address;
  }

  private static int result(long returned) {
    int result = (int) returned;
    return result >= 0 ? result : -LAST_ERROR.get();
  }

  static int epollCreate(int flags) {
    return result(CALL.invokeL1(ARGS_1, EPOLL_CREATE1, flags));
  }

  static int epollCtl(int epoll, int operation, int fd, long event) {
    return result(CALL.invokeL4(ARGS_4, EPOLL_CTL, epoll, operation, fd, event));
  }

  /** Is not made again when interrupted: only the caller knows how much time is left. */
  static int epollWait(int epoll, long events, int capacity, int timeoutMillis) {
    return result(CALL.invokeL4(ARGS_4, EPOLL_WAIT, epoll, events, capacity, timeoutMillis));
  }

  /** Is not made again when interrupted: only the caller knows how much time is left. */
  static int poll(long descriptors, int count, int timeoutMillis) {
    return result(CALL.invokeL3(ARGS_3, POLL, descriptors, count, timeoutMillis));
  }

  static int eventfd(int flags) {
    return result(CALL.invokeL2(ARGS_2, EVENTFD, 0, flags));
  }

  static int eventfdWrite(int fd, long value) {
    int result;
    do {
      result = result(CALL.invokeL2(ARGS_2, EVENTFD_WRITE, fd, value));
    } while (result == -Errno.EINTR);
    return result;
  }

  /**
   * Empties it.
   *
   * @param value address of 8 bytes, which take what was in it
   */
  static int eventfdRead(int fd, long value) {
    int result;
    do {
      result = result(CALL.invokeL2(ARGS_2, EVENTFD_READ, fd, value));
    } while (result == -Errno.EINTR);
    return result;
  }

  static int socket(int family, int type, int protocol) {
    return result(CALL.invokeL3(ARGS_3, SOCKET, family, type, protocol));
  }

  static int bind(int fd, long address, int length) {
    return result(CALL.invokeL3(ARGS_3, BIND, fd, address, length));
  }

  static int listen(int fd, int backlog) {
    return result(CALL.invokeL2(ARGS_2, LISTEN, fd, backlog));
  }

  static int accept(int fd, long address, long length, int flags) {
    int result;
    do {
      result = result(CALL.invokeL4(ARGS_4, ACCEPT4, fd, address, length, flags));
    } while (result == -Errno.EINTR);
    return result;
  }

  /** Is not made again when interrupted: connecting goes on without the call. */
  static int connect(int fd, long address, int length) {
    return result(CALL.invokeL3(ARGS_3, CONNECT, fd, address, length));
  }

  static int getsockname(int fd, long address, long length) {
    return result(CALL.invokeL3(ARGS_3, GETSOCKNAME, fd, address, length));
  }

  static int getpeername(int fd, long address, long length) {
    return result(CALL.invokeL3(ARGS_3, GETPEERNAME, fd, address, length));
  }

  static int getsockopt(int fd, int level, int option, long value, long length) {
    return result(CALL.invokeL5(ARGS_5, GETSOCKOPT, fd, level, option, value, length));
  }

  static int setsockopt(int fd, int level, int option, long value, int length) {
    return result(CALL.invokeL5(ARGS_5, SETSOCKOPT, fd, level, option, value, length));
  }

  static int recv(int fd, long address, long length, int flags) {
    int result;
    do {
      result = result(CALL.invokeL4(ARGS_4, RECV, fd, address, length, flags));
    } while (result == -Errno.EINTR);
    return result;
  }

  static int readv(int fd, long iovecs, int count) {
    int result;
    do {
      result = result(CALL.invokeL3(ARGS_3, READV, fd, iovecs, count));
    } while (result == -Errno.EINTR);
    return result;
  }

  static int send(int fd, long address, long length, int flags) {
    int result;
    do {
      result = result(CALL.invokeL4(ARGS_4, SEND, fd, address, length, flags));
    } while (result == -Errno.EINTR);
    return result;
  }

  static int sendmsg(int fd, long message, int flags) {
    int result;
    do {
      result = result(CALL.invokeL3(ARGS_3, SENDMSG, fd, message, flags));
    } while (result == -Errno.EINTR);
    return result;
  }

  static int open(long path, int flags) {
    int result;
    do {
      result = result(CALL.invokeL2(ARGS_2, OPEN, path, flags));
    } while (result == -Errno.EINTR);
    return result;
  }

  /**
   * Sends from a file. A socket whose peer is gone raises SIGPIPE, which the virtual machine
   * ignores.
   *
   * @param offset address of the position in the file, which is moved on; 64 bits
   */
  static int sendfile(int socket, int file, long offset, int length) {
    int result;
    do {
      result = result(CALL.invokeL4(ARGS_4, SENDFILE, socket, file, offset, length));
    } while (result == -Errno.EINTR);
    return result;
  }

  static int shutdown(int fd, int how) {
    return result(CALL.invokeL2(ARGS_2, SHUTDOWN, fd, how));
  }

  /** With an operation that takes an int, or ignores it. */
  static int fcntl(int fd, int operation, int value) {
    return result(CALL.invokeL3(ARGS_3, FCNTL, fd, operation, value));
  }

  /** Is not made again when interrupted: the descriptor is gone whatever it returns. */
  static int close(int fd) {
    return result(CALL.invokeL1(ARGS_1, CLOSE, fd));
  }
}
