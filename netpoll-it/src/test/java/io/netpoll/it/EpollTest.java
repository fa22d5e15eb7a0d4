package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.it.Program.Outcome;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.LeakCheck;
import java.io.File;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * What the epoll backend brings to whole programs, and what takes its place where it cannot run.
 */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class EpollTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** Run in a process of its own: echoes on two groups, one after the other. */
  static final class EchoTwice {
    private EchoTwice() {}

    public static void main(String[] args) throws Exception {
      CountDownLatch logged = new CountDownLatch(1);
      Logger logger = Logger.getLogger("io.netpoll.backend");
      logger.setUseParentHandlers(false);
      logger.addHandler(
          new Handler() {
            @Override
            public void publish(LogRecord entry) {
              System.err.println(entry.getLevel() + ": " + entry.getMessage());
              logged.countDown();
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
          });
      for (int i = 0; i < 2; i++) {
        try (PollerGroup group = PollerGroup.builder().build()) {
          EventLoop server = EventLoop.builder(EpollTest::echo).build();
          Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
          server.start(listener);
          int port = ((InetSocketAddress) listener.localAddress()).getPort();
          Dialer dialer = Dialer.builder().group(group).build();
          try (Connection client = dialer.connect("tcp", "127.0.0.1:" + port, PATIENCE)) {
            client.writer().writeInt(7);
            client.writer().flush();
            System.out.println(group.backend() + client.reader().readInt());
          }
          server.close();
        }
      }
      if (Boolean.getBoolean("untilLogged") && !logged.await(20, TimeUnit.SECONDS)) {
        throw new AssertionError("The choice of a backend is not logged.");
      }
    }
  }

  private static void echo(Connection connection) throws Exception {
    connection.writer().writeInt(connection.reader().readInt());
    connection.writer().flush();
  }

  @BeforeAll
  static void isAvailable() {
    assumeTrue(
        ServiceLoader.load(PollerProvider.class).stream()
            .map(ServiceLoader.Provider::get)
            .anyMatch(each -> each.name().equals("epoll") && each.availability().available()));
  }

  private static Outcome echoTwice(String... options) throws Exception {
    List<String> path = new ArrayList<>();
    for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
      path.add(Path.of(entry).toAbsolutePath().toString());
    }
    List<String> arguments = new ArrayList<>(List.of(options));
    arguments.addAll(
        List.of("-classpath", String.join(File.pathSeparator, path), EchoTwice.class.getName()));
    try (Program program = Program.java(arguments)) {
      return program.outcome();
    }
  }

  @Test
  void whereItCannotRun_oneLineSaysWhy_andNioServes() throws Exception {
    Outcome outcome = echoTwice("-Dos.name=Other", "-DuntilLogged=true");

    assertThat(outcome.out()).as(outcome.err().toString()).containsExactly("nio7", "nio7");
    assertThat(outcome.err())
        .filteredOn(line -> line.contains("poller backend"))
        .singleElement()
        .asString()
        .isEqualTo(
            "INFO: The poller backend is nio."
                + " epoll is not used: epoll is a part of Linux, and this is Other."
                + " fake is not used: nio goes before it. counted is not used: nio goes before it.");
  }

  @Test
  void nothingOfTheJdksExtendedOptionsIsLoaded() throws Exception {
    Outcome outcome = echoTwice("-Xlog:class+load");

    assertThat(outcome.out())
        .contains("epoll7")
        .anyMatch(line -> line.contains("io.netpoll.SocketOptions "))
        .noneMatch(line -> line.contains("jdk.net."));
  }

  @Test
  void withReusePort_theKernelSpreadsConnections_andEachStaysOnItsLoop() throws Exception {
    try (PollerGroup group =
        PollerGroup.builder()
            .name("spread")
            .backend("epoll")
            .loops(2)
            .execution(Execution.inline())
            .build()) {
      EventLoop server =
          EventLoop.builder(
                  connection -> {
                    if (!connection.reader().request(Integer.BYTES)) {
                      return;
                    }
                    connection.reader().readInt();
                    String accepting = connection.attachment(String.class);
                    boolean stayed = accepting.equals(Thread.currentThread().getName());
                    int loop = accepting.charAt(accepting.length() - 1) - '0';
                    connection.writer().writeInt(stayed ? loop : -1);
                    connection.writer().flush();
                  })
              .onPrepare(connection -> connection.attach(Thread.currentThread().getName()))
              .build();
      Listener listener =
          Listener.builder().group(group).reusePort(true).bind("tcp", "127.0.0.1:0");
      server.start(listener);
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      Map<Integer, Integer> loops = new HashMap<>();
      try (PollerGroup clients = PollerGroup.builder().backend("epoll").loops(1).build()) {
        Dialer dialer = Dialer.builder().group(clients).readTimeout(PATIENCE).build();
        for (int i = 0; i < 200; i++) {
          try (Connection client = dialer.connect("tcp", "127.0.0.1:" + port, PATIENCE)) {
            for (int request = 0; request < 2; request++) {
              client.writer().writeInt(request);
              client.writer().flush();
              loops.merge(client.reader().readInt(), 1, Integer::sum);
            }
          }
        }
      }
      assertThat(loops).containsOnlyKeys(0, 1);
      assertThat(loops.get(0) + loops.get(1)).isEqualTo(400);
      server.shutdown(PATIENCE);
    }
  }
}
