package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.ConnectionPool;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.LinkBuffer;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.ShardQueue;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.WaitingThreads;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import jnr.constants.platform.Signal;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A process that is stopped for longer than all of its timeouts, while what it waits for arrives,
 * goes on as if the time had not passed.
 */
@Timeout(300)
@EnabledOnOs(OS.LINUX)
class PauseTest {
  private static final Duration TIMEOUT = Duration.ofSeconds(4);
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  /** More than a poll reports as all that there are. */
  private static final int PINGING = 150;

  private static final int ANSWER = 10_000;
  private static final int WRITTEN = 8 << 20;
  private static final String WAITING = "all wait";

  static Stream<Setting> settings() {
    return Setting.all().stream()
        .filter(
            setting ->
                setting.execution().mode() == Execution.Mode.ADAPTIVE
                    || setting.execution().mode() == Execution.Mode.INLINE);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void whatArrivesMeanwhile_countsBeforeWhatIsDue(Setting setting) throws Exception {
    InetAddress local = InetAddress.getLoopbackAddress();
    List<Socket> sockets = new ArrayList<>();
    try (ServerSocket control = new ServerSocket(0, 10, local);
        ServerSocket peer = new ServerSocket(0, 10, local);
        FullListener forDial = new FullListener();
        FullListener forPool = new FullListener();
        Program program =
            Program.java(
                List.of(
                    "-cp",
                    System.getProperty("java.class.path"),
                    Waiting.class.getName(),
                    setting.backend(),
                    setting.execution().mode().label(),
                    Integer.toString(control.getLocalPort()),
                    Integer.toString(peer.getLocalPort()),
                    Integer.toString(forDial.port()),
                    Integer.toString(forPool.port())))) {
      InetSocketAddress server =
          new InetSocketAddress(local, Integer.parseInt(program.firstLine()));
      for (int i = 0; i < PINGING; i++) {
        sockets.add(dial(server));
        ping(sockets.get(i));
      }
      try (Socket controlling = control.accept()) {
        controlling.getOutputStream().write(1);
        Socket reading = accept(peer, sockets);
        Socket writing = accept(peer, sockets);
        Socket queueing = accept(peer, sockets);
        program.awaitLine(WAITING);
        long waiting = System.nanoTime();
        for (Socket socket : sockets.subList(0, PINGING)) {
          ping(socket);
        }
        program.signal(Signal.SIGSTOP);
        for (Socket socket : sockets.subList(0, PINGING)) {
          socket.getOutputStream().write('p');
        }
        reading.getOutputStream().write(new byte[ANSWER]);
        Thread drain = drain(writing);
        Thread drainOfQueue = drain(queueing);
        forDial.awaitOneMore();
        forPool.awaitOneMore();
        Eventually.holds(
            "all time is over",
            PATIENCE,
            () -> System.nanoTime() - waiting > TIMEOUT.plusMillis(500).toNanos());
        program.signal(Signal.SIGCONT);
        for (Socket socket : sockets.subList(0, PINGING)) {
          assertThat(socket.getInputStream().read()).isEqualTo('p');
        }
        drain.join();
        drainOfQueue.join();
      }
      assertThat(program.outcome().out())
          .contains("a read ended well", "a write ended well", "a dial ended well")
          .contains("an acquisition ended well", "a put ended well");
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  private static Socket dial(InetSocketAddress address) throws IOException {
    Socket socket = new Socket();
    socket.connect(address);
    socket.setSoTimeout((int) PATIENCE.toMillis());
    return socket;
  }

  private static Socket accept(ServerSocket listener, List<Socket> sockets) throws IOException {
    listener.setSoTimeout((int) PATIENCE.toMillis());
    Socket socket = listener.accept();
    socket.setSoTimeout((int) PATIENCE.toMillis());
    sockets.add(socket);
    return socket;
  }

  private static void ping(Socket socket) throws IOException {
    socket.getOutputStream().write('p');
    assertThat(socket.getInputStream().read()).isEqualTo('p');
  }

  /** Reads all that comes, on a thread of its own. */
  private static Thread drain(Socket socket) {
    Thread thread =
        new Thread(
            () -> {
              byte[] bytes = new byte[1 << 16];
              try {
                while (socket.getInputStream().read(bytes) >= 0) {}
              } catch (IOException over) {
                // The writer says how it ended.
              }
            });
    thread.start();
    return thread;
  }

  /** Listens with a full queue: who dials waits until there is room. */
  private static final class FullListener implements AutoCloseable {
    private final ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
    private final List<Socket> queued = new ArrayList<>();

    FullListener() throws IOException {
      listener.setSoTimeout((int) PATIENCE.toMillis());
      for (int i = 0; i < 2; i++) { // the system queues one more than it was asked for
        queued.add(dial((InetSocketAddress) listener.getLocalSocketAddress()));
      }
    }

    int port() {
      return listener.getLocalPort();
    }

    /** Makes room, and waits for the one that has waited. */
    void awaitOneMore() throws IOException {
      for (int i = 0; i < 3; i++) {
        queued.add(listener.accept());
      }
    }

    @Override
    public void close() throws IOException {
      for (Socket socket : queued) {
        socket.close();
      }
      listener.close();
    }
  }

  /** A server whose connections must not be idle, and a client that waits in every way. */
  static final class Waiting {
    private Waiting() {}

    private interface Body {
      void run() throws Exception;
    }

    public static void main(String[] arguments) throws Exception {
      InetAddress local = InetAddress.getLoopbackAddress();
      PollerGroup group =
          PollerGroup.builder()
              .backend(arguments[0])
              .execution(Setting.execution(arguments[1]))
              .loops(2)
              .build();
      Listener listener = Listener.builder().group(group).bind(new InetSocketAddress(local, 0));
      EventLoop.builder(
              connection -> {
                connection.writer().append(connection.reader().slice(1));
                connection.writer().flush();
              })
          .inactivityTimeout(TIMEOUT)
          .build()
          .start(listener);
      System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
      try (Socket control = new Socket(local, Integer.parseInt(arguments[2]))) {
        control.getInputStream().read();
        waitInEveryWay(group, arguments);
        control.getInputStream().read(); // the test has seen the server's answers
      }
      System.exit(0);
    }

    private static void waitInEveryWay(PollerGroup group, String[] arguments) throws Exception {
      Dialer dialer =
          Dialer.builder().group(group).readTimeout(TIMEOUT).writeTimeout(TIMEOUT).build();
      Connection reading = dialer.connect("tcp", "127.0.0.1:" + arguments[3], PATIENCE);
      Connection writing = dialer.connect("tcp", "127.0.0.1:" + arguments[3], PATIENCE);
      Connection queueing = dialer.connect("tcp", "127.0.0.1:" + arguments[3], PATIENCE);
      ShardQueue queue = fill(queueing);
      ConnectionPool pool =
          ConnectionPool.builder("tcp", "127.0.0.1:" + arguments[5])
              .dialer(dialer)
              .dialTimeout(PATIENCE)
              .build();
      CountDownLatch begun = new CountDownLatch(5);
      List<Thread> threads =
          List.of(
              waiting("a read", begun, () -> reading.reader().skip(ANSWER)),
              waiting(
                  "a write",
                  begun,
                  () -> {
                    writing.writer().writeBinary(new byte[WRITTEN]);
                    writing.writer().flush();
                    writing.close();
                  }),
              waiting(
                  "a dial",
                  begun,
                  () -> dialer.connect("tcp", "127.0.0.1:" + arguments[4], TIMEOUT).close()),
              waiting("an acquisition", begun, () -> pool.acquire(TIMEOUT).close()),
              waiting(
                  "a put",
                  begun,
                  () -> {
                    queue.put(message());
                    queueing.close();
                  }));
      begun.await();
      for (Thread thread : threads) {
        Eventually.holds(
            "it waits", PATIENCE, () -> WaitingThreads.waits(thread) || !thread.isAlive());
      }
      System.out.println(WAITING);
      for (Thread thread : threads) {
        thread.join();
      }
      pool.close(Duration.ZERO);
    }

    /** A queue without room, whose sender waits for the peer, without a limit. */
    private static ShardQueue fill(Connection connection) throws Exception {
      connection.setWriteTimeout(Duration.ZERO);
      ShardQueue queue =
          ShardQueue.builder(connection).highWaterMark(WRITTEN).timeout(TIMEOUT).build();
      Thread sender =
          new Thread(
              () -> {
                try {
                  queue.put(message());
                } catch (IOException e) {
                  System.out.println("filling the queue failed: " + e);
                }
              });
      sender.start();
      Eventually.holds(
          "the sender waits", PATIENCE, () -> sender.getState() == Thread.State.WAITING);
      return queue;
    }

    private static LinkBuffer message() {
      LinkBuffer message = LinkBuffer.create();
      message.writeBinary(new byte[WRITTEN]);
      message.flush();
      return message;
    }

    private static Thread waiting(String what, CountDownLatch begun, Body body) {
      Thread thread =
          new Thread(
              () -> {
                begun.countDown();
                try {
                  body.run();
                  System.out.println(what + " ended well");
                } catch (Throwable t) {
                  System.out.println(what + " failed: " + t);
                }
              });
      thread.start();
      return thread;
    }
  }
}
