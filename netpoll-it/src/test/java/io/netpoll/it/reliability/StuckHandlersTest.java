package io.netpoll.it.reliability;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import io.netpoll.ShutdownReport;
import io.netpoll.it.Setting;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.LeakCheck;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.ServerSocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.logging.Logger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Handlers that do not return: every deadline is kept all the same. They are let go only after what
 * a test asserts has returned, so that no clock is needed; a time limit ends what hangs.
 */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class StuckHandlersTest {
  private static final Logger LIBRARY = Logger.getLogger("io.netpoll");
  private static final Duration SHORT = Duration.ofMillis(100);
  private static final long PATIENCE_SECONDS = 40;

  private final CountDownLatch letGo = new CountDownLatch(1);
  private final CountDownLatch entered = new CountDownLatch(1);
  private final List<Socket> sockets = new ArrayList<>();
  private final List<Listener> listeners = new ArrayList<>();

  private PollerGroup group;

  /** How a handler does not return. */
  enum Hold {
    WAITS {
      @Override
      void until(CountDownLatch letGo) {
        boolean interrupted = false;
        while (letGo.getCount() > 0) {
          try {
            letGo.await();
          } catch (InterruptedException e) {
            interrupted = true;
          }
        }
        if (interrupted) {
          Thread.currentThread().interrupt();
        }
      }
    },
    SLEEPS {
      @Override
      void until(CountDownLatch letGo) {
        while (letGo.getCount() > 0) {
          try {
            Thread.sleep(10); // what a handler does, not the test
          } catch (InterruptedException e) {
            // It sleeps on, which is the fault that it has.
          }
        }
      }
    },
    COMPUTES {
      @Override
      void until(CountDownLatch letGo) {
        while (letGo.getCount() > 0) {
          Thread.onSpinWait();
        }
      }
    };

    abstract void until(CountDownLatch letGo);
  }

  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  private static boolean isInline(Setting setting) {
    return setting.execution().mode() == Execution.Mode.INLINE;
  }

  static Stream<Arguments> holds() {
    return settings()
        .flatMap(setting -> Stream.of(Hold.values()).map(hold -> Arguments.of(setting, hold)));
  }

  @AfterEach
  void end() throws IOException {
    letGo.countDown();
    for (Socket socket : sockets) {
      socket.close();
    }
    group.close();
    listeners.forEach(Listener::close);
  }

  private void open(Setting setting, int loops) throws IOException {
    group =
        PollerGroup.builder()
            .name("stuck")
            .backend(setting.backend())
            .execution(setting.execution())
            .loops(loops)
            .build();
  }

  private Listener listen() throws IOException {
    return keep(Listener.builder().group(group).bind("tcp", "127.0.0.1:0"));
  }

  private Listener keep(Listener listener) {
    listeners.add(listener);
    return listener;
  }

  /** Holds for {@code h}, and else says on which thread it is. */
  private OnRequest holding(Hold hold) {
    return connection -> {
      if (connection.reader().readByte() == 'h') {
        entered.countDown();
        hold.until(letGo);
      }
      answer(connection);
    };
  }

  private EventLoop serving(Hold hold) {
    return EventLoop.builder(holding(hold)).build();
  }

  private static void answer(Connection connection) throws IOException {
    byte[] name = Thread.currentThread().getName().getBytes(UTF_8);
    connection.writer().writeByte((byte) name.length);
    connection.writer().writeBinary(name);
    connection.writer().flush();
  }

  private Socket dial(Listener listener) throws IOException {
    Socket socket = new Socket();
    sockets.add(socket);
    socket.connect(listener.localAddress());
    socket.setSoTimeout((int) TimeUnit.SECONDS.toMillis(PATIENCE_SECONDS));
    return socket;
  }

  private Socket hold(Listener listener) throws Exception {
    Socket socket = dial(listener);
    hold(socket);
    return socket;
  }

  private void hold(Socket socket) throws Exception {
    socket.getOutputStream().write('h');
    assertThat(entered.await(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
  }

  private static String ask(Socket socket) throws IOException {
    socket.getOutputStream().write('?');
    DataInputStream in = new DataInputStream(socket.getInputStream());
    byte[] name = new byte[in.readUnsignedByte()];
    in.readFully(name);
    return new String(name, UTF_8);
  }

  /** Runs what must return while the handler is held. */
  private static <T> T returns(Callable<T> call) throws Exception {
    return start(call).get(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  private static <T> FutureTask<T> start(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "stuck-handlers-test");
    thread.setDaemon(true);
    thread.start();
    return task;
  }

  private static Callable<Void> ending(Runnable action) {
    return () -> {
      action.run();
      return null;
    };
  }

  private static void assertEnds(Socket socket) throws IOException {
    try {
      socket.getInputStream().readAllBytes();
    } catch (SocketException reset) {
      // That is an end, too.
    }
  }

  @ParameterizedTest
  @MethodSource("holds")
  void aShutdownReturnsAtItsDeadline_andCountsWhatIsReset(Setting setting, Hold hold)
      throws Exception {
    open(setting, 1);
    Listener listener = listen();
    EventLoop server = serving(hold);
    FutureTask<Void> serving =
        start(
            () -> {
              server.serve(listener);
              return null;
            });
    Socket peer = hold(listener);

    assertThat(returns(() -> server.shutdown(SHORT))).isEqualTo(new ShutdownReport(0, 1));
    serving.get(PATIENCE_SECONDS, TimeUnit.SECONDS);

    letGo.countDown();
    assertEnds(peer);
    Eventually.holds("nothing is left", () -> server.connections() == 0);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aDrainReturnsAtItsLimit(Setting setting) throws Exception {
    open(setting, 1);
    Listener first = listen();
    Listener second = listen();
    EventLoop server = serving(Hold.WAITS);
    server.start(first);
    server.start(second);
    hold(first);
    assertThat(returns(() -> server.drain(SHORT))).isFalse();
    assertThat(first.isOpen()).isFalse();
    assertThat(second.isOpen()).isFalse();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aListenerIsDrainedAndClosed_andItsAddressIsFree(Setting setting) throws Exception {
    open(setting, 1);
    Listener drained = listen();
    Listener closed = listen();
    EventLoop server = serving(Hold.WAITS);
    server.start(drained);
    server.start(closed);
    hold(drained);
    returns(() -> drained.drain(SHORT));
    returns(ending(closed::close));
    if (isInline(setting) && setting.backend().equals("nio")) {
      letGo.countDown(); // what has to be done on the loop waits for it
      Eventually.passes(() -> keep(Listener.builder().group(group).bind(closed.localAddress())));
      return;
    }
    for (Listener listener : List.of(drained, closed)) {
      assertThatThrownBy(() -> dial(listener)).isInstanceOf(ConnectException.class);
      Listener successor = keep(Listener.builder().group(group).bind(listener.localAddress()));
      dial(successor); // the kernel queues it
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void anotherServerStarts_andServesAsSoonAsItCan(Setting setting) throws Exception {
    open(setting, 1);
    Listener first = listen();
    serving(Hold.WAITS).start(first);
    hold(first);
    Listener second = listen();
    EventLoop server = serving(Hold.WAITS);
    returns(
        () -> {
          server.start(second);
          return null;
        });
    Socket peer = dial(second);
    if (isInline(setting)) {
      letGo.countDown();
    }
    assertThat(ask(peer)).startsWith("netpoll-");
    server.close();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aGroupIsClosed_andEverythingEndsWhenTheHandlerReturns(Setting setting) throws Exception {
    open(setting, 1);
    Listener listener = listen();
    Listener unserved = listen();
    EventLoop server = serving(Hold.WAITS);
    server.start(listener);
    Socket peer = hold(listener);
    returns(ending(group::close));
    assertThat(unserved.isOpen()).isFalse();
    assertThatThrownBy(() -> dial(unserved)).isInstanceOf(ConnectException.class);
    letGo.countDown();
    assertEnds(peer);
    Eventually.holds("nothing is left", () -> server.connections() == 0);
    Eventually.holds("no loop is left", () -> group.loopStats().isEmpty());
    Eventually.passes(
        () -> assertThatThrownBy(() -> dial(listener)).isInstanceOf(ConnectException.class));
  }

  static Stream<Arguments> callbacks() {
    return settings()
        .flatMap(
            setting ->
                Stream.of("OnRequest", "OnDisconnect", "CloseCallback")
                    .map(callback -> Arguments.of(setting, callback)));
  }

  /** On a loop that is not held, where that matters. */
  @ParameterizedTest
  @MethodSource("callbacks")
  void aCallbackShutsDown_andTheDeadlineIsKept(Setting setting, String callback) throws Exception {
    open(setting, 2);
    CompletableFuture<ShutdownReport> report = new CompletableFuture<>();
    AtomicReference<EventLoop> server = new AtomicReference<>();
    Runnable shutDown = () -> report.complete(server.get().shutdown(SHORT));
    OnRequest holding = holding(Hold.WAITS);
    server.set(
        EventLoop.builder(
                connection -> {
                  if (connection.reader().peek(1).get(0) != 's') {
                    holding.onRequest(connection);
                    return;
                  }
                  connection.reader().skip(1);
                  switch (callback) {
                    case "OnRequest" -> shutDown.run();
                    case "CloseCallback" -> {
                      connection.addCloseCallback(gone -> shutDown.run());
                      connection.close();
                    }
                    default -> answer(connection); // and its peer closes
                  }
                })
            .onDisconnect(
                gone -> {
                  if (callback.equals("OnDisconnect")) {
                    shutDown.run();
                  }
                })
            .build());
    Listener listener = listen();
    server.get().start(listener);
    Socket caller = dial(listener);
    Socket holder = dial(listener);
    if (isInline(setting)) {
      assertThat(ask(caller)).as("the loop").isNotEqualTo(ask(holder));
    }
    hold(holder);
    caller.getOutputStream().write('s');
    if (callback.equals("OnDisconnect")) {
      caller.shutdownOutput();
    }
    ShutdownReport given = report.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (!isInline(setting)) { // there it tells what has ended so far
      assertThat(given.aborted()).isEqualTo(1);
    }
    letGo.countDown();
    assertEnds(holder);
    Eventually.holds("nothing is left", () -> server.get().connections() == 0);
  }

  static Stream<Setting> inlineOnNio() {
    return settings().filter(each -> isInline(each) && each.backend().equals("nio"));
  }

  /** The channel is closed by its former owner, so the loop cannot accept from it. */
  @ParameterizedTest
  @MethodSource("inlineOnNio")
  void aStartThatFailsLateIsLogged(Setting setting) throws Exception {
    open(setting, 1);
    Listener first = listen();
    EventLoop server = serving(Hold.WAITS);
    server.start(first);
    hold(first);
    ServerSocketChannel channel = ServerSocketChannel.open();
    channel.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
    channel.configureBlocking(false);
    Listener adopted = keep(Listener.builder().group(group).adopt(channel));
    Recorder recorder = new Recorder();
    LIBRARY.addHandler(recorder);
    try {
      returns(
          () -> {
            server.start(adopted);
            return null;
          });
      channel.close();
      letGo.countDown();
      recorder.await("could not start once its poll loop went on");
    } finally {
      LIBRARY.removeHandler(recorder);
    }
  }
}
