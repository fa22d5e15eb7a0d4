package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import java.lang.reflect.Field;
import java.net.BindException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.SocketException;
import org.junit.jupiter.api.Test;

class ErrnoTest {
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
    assertThat(Errno.bindException("binding", Errno.EADDRINUSE)).isInstanceOf(BindException.class);
    assertThat(Errno.bindException("binding", Errno.EINVAL)).isNotInstanceOf(BindException.class);
    assertThat(Errno.connectException("connecting", Errno.ECONNREFUSED))
        .isInstanceOf(ConnectException.class);
    assertThat(Errno.connectException("connecting", Errno.EHOSTUNREACH))
        .isInstanceOf(NoRouteToHostException.class);
    assertThat(Errno.connectException("connecting", Errno.EADDRNOTAVAIL))
        .isInstanceOf(BindException.class);
  }

  @Test
  void theKernelsNumberArrivesNegated() {
    assertThat(Libc.close(-1)).isEqualTo(-Errno.EBADF);
    assertThat(Libc.epollCreate(-1)).isEqualTo(-Errno.EINVAL);
    assertThat(Libc.recv(-1, 0, 0, 0)).isEqualTo(-Errno.EBADF);
  }
}
