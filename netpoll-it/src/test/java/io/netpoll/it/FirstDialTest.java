package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.Dialer;
import io.netpoll.nio.NioPollerProvider;
import io.netpoll.spi.PollerProvider;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.ForwardingProvider;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The first dial of a process, which finds nothing loaded. */
@Timeout(120)
class FirstDialTest {
  @TempDir Path directory;
  private ServerSocketChannel server;

  static Stream<String> backends() {
    return Setting.all().stream().map(Setting::backend).distinct();
  }

  @BeforeEach
  void listen() throws IOException {
    server = ServerSocketChannel.open();
    server.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
  }

  @AfterEach
  void close() throws IOException {
    server.close();
  }

  /** The lines that a program prints whose classes are logged. */
  private List<String> run(Class<?> program, String path, String backend, Duration timeout)
      throws Exception {
    int port = ((InetSocketAddress) server.getLocalAddress()).getPort();
    List<String> command =
        List.of(
            "-Xlog:class+load",
            "--enable-native-access=ALL-UNNAMED", // else the JDK formats a warning
            "-Dio.netpoll.poller=" + backend,
            "-cp",
            path + System.getProperty("java.class.path"),
            program.getName(),
            "localhost:" + port,
            timeout.toString());
    try (Program java = Program.java(command)) {
      Program.Outcome outcome = java.outcome();
      assertThat(outcome.code()).as("%s", outcome.err()).isZero();
      return outcome.out();
    }
  }

  /** Dials. Without a lambda of its own. */
  static final class Dial {
    private Dial() {}

    public static void main(String[] arguments) {
      try {
        Dialer.dial("tcp", arguments[0], Duration.parse(arguments[1]));
        System.out.println("dialled");
      } catch (IOException e) {
        System.out.println(e);
      }
    }
  }

  /** Makes a dialer, and waits until no thread loads anything beside it any more. */
  static final class Prepare {
    private Prepare() {}

    public static void main(String[] arguments) {
      Dialer.create();
      Eventually.holds(
          "it is loaded",
          () ->
              Thread.getAllStackTraces().keySet().stream()
                  .noneMatch(thread -> thread.getName().equals("netpoll-preload")));
    }
  }

  /** The JDK's machinery for the first lambda takes longer than the dial itself. */
  @ParameterizedTest
  @MethodSource("backends")
  void itNeedsNoLambda_andNoFormatter(String backend) throws Exception {
    assertThat(run(Dial.class, "", backend, Duration.ofMinutes(1)))
        .contains("dialled")
        .noneMatch(line -> line.contains(" io.netpoll.") && line.contains("$$Lambda"))
        .noneMatch(line -> line.contains(" java.util.Formatter "));
  }

  @Test
  void whatItNeedsIsLoadedBesideIt() throws Exception {
    assumeTrue(Runtime.getRuntime().availableProcessors() > 1, "There is one processor.");
    List<String> loaded = new ArrayList<>();
    for (String line : run(Prepare.class, "", "auto", Duration.ofMinutes(1))) {
      if (line.contains(" io.netpoll.")) {
        loaded.add(line.replaceFirst(".* (io\\.netpoll\\.\\S+) .*", "$1"));
      }
    }
    assertThat(loaded)
        .contains(
            "io.netpoll.core.connection.EngineConnection",
            "io.netpoll.core.connection.ConnectionInput",
            "io.netpoll.core.connection.ConnectionOutput",
            "io.netpoll.core.loop.PollLoop",
            "io.netpoll.core.loop.TimerWheel",
            "io.netpoll.buffer.PagePool",
            "io.netpoll.client.Dial",
            "io.netpoll.client.Resolver$LookUp")
        .hasSizeGreaterThan(100)
        .noneMatch(name -> name.startsWith("io.netpoll.epoll") || name.contains("jffi"));
  }

  @Test
  void itsTimeoutDoesNotCountTheOpeningOfTheGroup() throws Exception {
    Path services = Files.createDirectories(directory.resolve("META-INF/services"));
    Files.writeString(services.resolve(PollerProvider.class.getName()), Slow.class.getName());
    assertThat(run(Dial.class, directory + File.pathSeparator, "slow", Slow.TIMEOUT))
        .contains("dialled");
  }

  /** A backend that takes longer to load than a dial may last. */
  public static final class Slow extends ForwardingProvider {
    static final Duration TIMEOUT = Duration.ofSeconds(1);

    private final PollerProvider nio = new NioPollerProvider();

    /** For ServiceLoader. */
    public Slow() {}

    @Override
    protected PollerProvider backend() {
      return nio;
    }

    @Override
    public String name() {
      return "slow";
    }

    @Override
    public int priority() {
      return -1;
    }

    @Override
    public Availability availability() {
      long longer = TIMEOUT.toNanos() + TimeUnit.MILLISECONDS.toNanos(100);
      long start = System.nanoTime();
      for (long left; (left = longer - (System.nanoTime() - start)) > 0; ) {
        LockSupport.parkNanos(left);
      }
      return nio.availability();
    }
  }
}
