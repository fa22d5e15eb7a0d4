package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.Execution;
import io.netpoll.OnRequest;
import io.netpoll.it.Frames;
import io.netpoll.it.Setting;
import io.netpoll.it.Stage;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Handlers that do what they should not: it is their own connection that ends, and no other. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class MisbehavingHandlersTest {
  private static final Logger LIBRARY = Logger.getLogger("io.netpoll");

  /** What a handler does when the first byte of a payload is its number. */
  private enum Deed {
    ECHOES {
      @Override
      void happen() {}
    },
    THROWS_UNCHECKED {
      @Override
      void happen() {
        throw new IllegalStateException("thrown on purpose by a test");
      }
    },
    THROWS_CHECKED {
      @Override
      void happen() throws Exception {
        throw new Exception("thrown on purpose by a test");
      }
    },
    THROWS_AN_ERROR {
      @Override
      void happen() {
        throw new AssertionError("thrown on purpose by a test");
      }
    },
    OVERFLOWS_ITS_STACK {
      @Override
      void happen() throws Exception {
        happen();
        throw new IllegalStateException("not reached: it keeps the call above from being the last");
      }
    },
    ASKS_FOR_TOO_MUCH_MEMORY {
      @Override
      void happen() {
        List<int[]> all = new ArrayList<>();
        all.add(new int[Integer.MAX_VALUE]); // beyond the limit of the virtual machine
      }
    },
    IS_INTERRUPTED {
      @Override
      void happen() throws Exception {
        Thread.currentThread().interrupt();
        throw new InterruptedException("thrown on purpose by a test");
      }
    };

    abstract void happen() throws Exception;
  }

  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  static Stream<Setting> waitingSettings() {
    return settings().filter(setting -> setting.execution().mode() != Execution.Mode.INLINE);
  }

  private static OnRequest doing(Setting setting) {
    OnRequest echo = setting.echo();
    return connection -> {
      if (connection.reader().request(Integer.BYTES + 1)) {
        int number = connection.reader().peek(Integer.BYTES + 1).get(Integer.BYTES);
        Deed.values()[number].happen();
      }
      echo.onRequest(connection);
    };
  }

  private static byte[] asking(Deed deed) {
    byte[] payload = new byte[100];
    payload[0] = (byte) deed.ordinal();
    return payload;
  }

  @ParameterizedTest
  @MethodSource("settings")
  void whateverItThrows_closesItsConnectionOnly(Setting setting) throws Exception {
    try (Stage stage = Stage.tcp(setting, doing(setting));
        Connection other = stage.dial()) {
      Frames.exchange(other, asking(Deed.ECHOES));
      for (Deed deed : Deed.values()) {
        if (deed != Deed.ECHOES) {
          assertClosedWhenAskedFor(stage, deed);
          Frames.exchange(other, asking(Deed.ECHOES));
        }
      }
      Eventually.holds("the others are closed", () -> stage.server().connections() == 1);
    }
  }

  private static void assertClosedWhenAskedFor(Stage stage, Deed deed) throws IOException {
    try (Peers peer = new Peers(stage)) {
      peer.connect(1);
      peer.send(Frames.frame(asking(deed)));
      peer.expectTheEnd();
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void alsoWhereLoggingFails(Setting setting) throws Exception {
    Handler failing = new FailingHandler();
    LIBRARY.addHandler(failing);
    try (Stage stage = Stage.tcp(setting, doing(setting))) {
      assertClosedWhenAskedFor(stage, Deed.THROWS_UNCHECKED);
      try (Connection other = stage.dial()) {
        Frames.exchange(other, asking(Deed.ECHOES));
      }
    } finally {
      LIBRARY.removeHandler(failing);
    }
  }

  private static final class FailingHandler extends Handler {
    @Override
    public void publish(LogRecord entry) {
      throw new IllegalStateException("logging fails on purpose");
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }

  @ParameterizedTest
  @MethodSource("waitingSettings")
  void handlersThatDoNotReturn_areInNobodysWay(Setting setting) throws Exception {
    int stuck = 20;
    CountDownLatch goOn = new CountDownLatch(1);
    CountDownLatch all = new CountDownLatch(stuck);
    OnRequest echo = setting.echo();
    OnRequest handler =
        connection -> {
          if (connection.reader().peekInt() == 0) {
            all.countDown();
            goOn.await();
          }
          echo.onRequest(connection);
        };
    try (Stage stage = Stage.tcp(setting, handler);
        Peers peers = new Peers(stage);
        Connection other = stage.dial()) {
      peers.connect(stuck);
      peers.send(Frames.frame(new byte[0]));
      all.await();
      for (int i = 1; i < 50; i++) {
        Frames.exchange(other, Frames.payload(i, i));
      }
      goOn.countDown();
      peers.expect(Frames.frame(new byte[0]));
    }
  }

  static Stream<Setting> inlineSettings() {
    return settings().filter(setting -> setting.execution().mode() == Execution.Mode.INLINE);
  }

  @ParameterizedTest
  @MethodSource("inlineSettings")
  void aHandlerThatHoldsItsPollLoop_isLoggedWithItsStack(Setting setting) throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    Recorder recorder = new Recorder();
    OnRequest echo = setting.echo();
    OnRequest handler =
        connection -> {
          goOn.await();
          echo.onRequest(connection);
        };
    LIBRARY.addHandler(recorder);
    try (Stage stage = Stage.tcp(setting, handler);
        Peers peers = new Peers(stage)) {
      peers.connect(1);
      peers.send(Frames.frame(new byte[10]));
      LogRecord begin = recorder.await("serves nobody meanwhile: run handlers that wait");
      assertThat(begin.getThrown().getStackTrace())
          .anyMatch(frame -> frame.getClassName().startsWith(getClass().getName()));
      goOn.countDown();
      recorder.await("goes on, after");
      peers.expect(Frames.frame(new byte[10]));
    } finally {
      goOn.countDown();
      LIBRARY.removeHandler(recorder);
    }
  }

  /** It asks for the length, and so is not called again when more has come. */
  @ParameterizedTest
  @MethodSource("settings")
  void aHandlerThatWaitsForMoreThanTheMark_isLogged_andEndsWithItsPeer(Setting setting)
      throws Exception {
    int mark = 64 << 10;
    CountDownLatch told = new CountDownLatch(1);
    Recorder recorder = new Recorder();
    OnRequest handler =
        connection -> {
          if (connection.reader().length() >= 64 * mark) {
            connection.reader().skip(64 * mark);
          }
        };
    LIBRARY.addHandler(recorder);
    try (Stage stage =
        Stage.tcp(
            setting,
            handler,
            options ->
                options.inputHighWaterMark(mark).onDisconnect(connection -> told.countDown()))) {
      String said = whatIsSaidOf(stage, new byte[2 * mark], recorder);
      assertThat(said).contains("request(n)", "inputHighWaterMark");
      if (setting.backend().equals("epoll")) { // nio sees a reset only when it reads
        told.await();
        Eventually.holds("it is closed", () -> stage.server().connections() == 0);
      }
    } finally {
      LIBRARY.removeHandler(recorder);
    }
  }

  /** Of a connection that has received {@code bytes}, and is reset then. */
  private static String whatIsSaidOf(Stage stage, byte[] bytes, Recorder recorder)
      throws IOException {
    Socket peer = stage.socket();
    try {
      peer.getOutputStream().write(bytes);
      return recorder.await("it is not called again before some are consumed").getMessage();
    } finally {
      peer.setSoLinger(true, 0);
      peer.close();
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void closedTwiceAndUsedAfterwards_everyUseSaysSo(Setting setting) throws Exception {
    Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    CountDownLatch closed = new CountDownLatch(1);
    OnRequest handler =
        connection -> {
          connection.close();
          connection.close();
          connection.addCloseCallback(gone -> useAfterClose(gone, thrown, closed));
        };
    try (Stage stage = Stage.tcp(setting, handler);
        Peers peers = new Peers(stage)) {
      peers.connect(1);
      peers.send(new byte[] {1});
      peers.expectTheEnd();
      closed.await();
      assertThat(thrown).hasSize(3).allMatch(IOException.class::isInstance);
      assertThat(thrown.stream().limit(2)).allMatch(ConnectionClosedException.class::isInstance);
      Eventually.holds("it is gone", () -> stage.server().connections() == 0);
    }
  }

  private static void useAfterClose(
      Connection gone, Queue<Throwable> thrown, CountDownLatch closed) {
    List<Use> uses =
        List.of(
            () -> gone.reader().next(10),
            () -> {
              gone.writer().writeInt(1);
              gone.writer().flush();
            },
            () -> gone.setOption(StandardSocketOptions.TCP_NODELAY, true));
    for (Use use : uses) {
      try {
        use.make();
      } catch (Exception e) {
        thrown.add(e);
      }
    }
    gone.abort();
    gone.close();
    closed.countDown();
  }

  @FunctionalInterface
  private interface Use {
    void make() throws Exception;
  }
}
