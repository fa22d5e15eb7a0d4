package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.BacklogFullException;
import java.lang.reflect.Field;
import java.net.BindException;
import java.net.ConnectException;
import java.net.InetSocketAddress;
import java.net.NoRouteToHostException;
import java.net.SocketAddress;
import java.net.SocketException;
import java.net.UnixDomainSocketAddress;
import org.junit.jupiter.api.Test;

class ErrnoTest {
  private static final SocketAddress SERVER = new InetSocketAddress("127.0.0.1", 80);

  @Test
  void everyNumberHasItsName() throws Exception {
    for (Field field : Errno.class.getDeclaredFields()) {
      int errno = field.getInt(null);
      assertThat(Errno.describe(errno)).endsWith("(" + field.getName() + ")");
    }
  }

  @Test
  void anUnknownNumberIsTold() {
    assertThat(Errno.describe(4711)).isEqualTo("Error number 4711");
  }

  @Test
  void exceptionsSayWhatFailedAndWhy() {
    assertThat(Errno.exception("recv", Errno.ECONNRESET))
        .isInstanceOf(SocketException.class)
        .hasMessage("recv failed: Connection reset by peer (ECONNRESET)");
  }

  @Test
  void whatAnEventFoundBrokenHasNoStackTrace() {
    assertThat(Errno.brokenConnection("recv", Errno.ECONNRESET))
        .isInstanceOf(SocketException.class)
        .hasMessage("recv failed: Connection reset by peer (ECONNRESET)")
        .extracting(Throwable::getStackTrace)
        .isEqualTo(new StackTraceElement[0]);
  }

  @Test
  void exceptionsAreOfTheKindThatTheJdkHas() {
    assertThat(Errno.bindException(SERVER, Errno.EADDRINUSE)).isInstanceOf(BindException.class);
    assertThat(Errno.bindException(SERVER, Errno.EINVAL)).isNotInstanceOf(BindException.class);
    assertThat(Errno.connectException(SERVER, null, Errno.ECONNREFUSED))
        .isInstanceOf(ConnectException.class);
    assertThat(Errno.connectException(SERVER, null, Errno.EHOSTUNREACH))
        .isInstanceOf(NoRouteToHostException.class);
    assertThat(Errno.connectException(SERVER, null, Errno.EADDRNOTAVAIL))
        .isInstanceOf(BindException.class);
  }

  @Test
  void aFullQueueOfAUnixSocketIsToldApart() {
    SocketAddress path = UnixDomainSocketAddress.of("/some/path");
    assertThat(Errno.connectException(path, null, Errno.EAGAIN))
        .isInstanceOf(BacklogFullException.class)
        .hasMessageStartingWith("connecting to unix:/some/path failed: ");
    assertThat(Errno.connectException(SERVER, null, Errno.EAGAIN))
        .isNotInstanceOf(BacklogFullException.class);
  }

  @Test
  void whereEphemeralPortsAreUsedUp_itIsSaidWhatToDo() {
    SocketAddress anyPort = new InetSocketAddress("127.0.0.1", 0);
    assertThat(Errno.bindException(anyPort, Errno.EADDRINUSE))
        .hasMessageStartingWith(
            "binding 127.0.0.1:0 failed: Address already in use (EADDRINUSE), since all ephemeral"
                + " ports of that address are taken: ")
        .hasMessageContaining("net.ipv4.ip_local_port_range");
    assertThat(Errno.bindException(SERVER, Errno.EADDRINUSE))
        .hasMessage("binding 127.0.0.1:80 failed: Address already in use (EADDRINUSE)");
    assertThat(Errno.connectException(SERVER, anyPort, Errno.EADDRNOTAVAIL))
        .hasMessageStartingWith("connecting to 127.0.0.1:80 failed: Cannot assign requested")
        .hasMessageContaining("no ephemeral port is free for connections to that address");
    assertThat(Errno.connectException(SERVER, SERVER, Errno.EADDRNOTAVAIL))
        .hasMessageEndingWith("(EADDRNOTAVAIL)");
  }

  @Test
  void theKernelsNumberArrivesNegated() {
    assertThat(Libc.close(-1)).isEqualTo(-Errno.EBADF);
    assertThat(Libc.epollCreate(-1)).isEqualTo(-Errno.EINVAL);
    assertThat(Libc.recv(-1, 0, 0, 0)).isEqualTo(-Errno.EBADF);
  }
}
