package io.netpoll.benchmarks;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** The options of all commands that measure callers. Each command has its own, and checks it. */
final class CallerOptions {
  @Option(names = "--host", paramLabel = "HOST", defaultValue = "127.0.0.1")
  private String host = "127.0.0.1";

  @Option(names = "--port", paramLabel = "N", defaultValue = "8888")
  private int port;

  @Option(
      names = "--callers",
      paramLabel = "N",
      defaultValue = "64",
      description = "How many threads call; 64 by default.")
  private int callers;

  @Option(
      names = "--threads",
      paramLabel = "KIND",
      description = "Which threads: platform (the default) or virtual. The JDK's names say it.")
  private @Nullable CallerThreads threads;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      defaultValue = "1024",
      description = "Of a payload, at least 8; 1024 by default.")
  private int size;

  @Option(
      names = "--warm",
      paramLabel = "S",
      defaultValue = "3",
      description = "Seconds before measuring; 3 by default.")
  private double warm;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "Seconds of measuring; 5 by default.")
  private double seconds;

  @Option(
      names = "--slices",
      description =
          "Measure again and again, for each line of the standard input: seconds before measuring"
              + " and of measuring. Between them connections stay open.")
  private boolean slices;

  @Option(
      names = "--loops",
      paramLabel = "N",
      description = "Event loops of ours and Netty's; the number of processors by default.")
  private @Nullable Integer loops;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "Of ours: epoll or nio; by default the best that is available.")
  private @Nullable String backend;

  @Option(
      names = "--server-pid",
      paramLabel = "PID",
      description = "The server's process, whose processor time is measured too.")
  private long serverPid;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command = CommandSpec.create();

  InetSocketAddress server() {
    return new InetSocketAddress(host, port);
  }

  int callers() {
    return callers;
  }

  @Nullable CallerThreads threads() {
    return threads;
  }

  @Nullable Integer loops() {
    return loops;
  }

  /** How many event loops a client gets that does not choose itself. */
  int loopsOrProcessors() {
    return loops == null ? Runtime.getRuntime().availableProcessors() : loops;
  }

  @Nullable String backend() {
    return backend;
  }

  /** What these options ask for. */
  ClientRun.Plan plan(int lines, CallerThreads which) {
    return new ClientRun.Plan(callers, lines, size, which, serverPid);
  }

  /** Measures what these options ask for, and says what came out. */
  void measure(ClientRun<?> run) throws IOException, InterruptedException {
    if (!slices) {
      System.out.println(run.measure(nanos(warm), nanos(seconds)));
      return;
    }
    BufferedReader orders =
        new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
    for (String order = orders.readLine(); order != null; order = orders.readLine()) {
      String[] words = order.split(" ");
      System.out.println(
          run.measure(nanos(Double.parseDouble(words[0])), nanos(Double.parseDouble(words[1]))));
      System.out.flush();
    }
  }

  private static long nanos(double some) {
    return (long) (some * 1e9);
  }

  /**
   * Checks what makes no sense for any client.
   *
   * @param smallest bytes of the smallest payload
   * @param largest bytes of the largest payload
   */
  void check(int smallest, int largest) {
    if (port < 1 || port > 65535) {
      throw misuse("--port " + port + " is not between 1 and 65535.");
    }
    if (callers < 1 || loops != null && loops < 1) {
      throw misuse("--callers and --loops need at least 1.");
    }
    if (size < smallest || size > largest) {
      throw misuse("--size " + size + " is not between " + smallest + " and " + largest + ".");
    }
    if (!(seconds > 0 && seconds <= 3600 && warm >= 0 && warm <= 3600)) {
      throw misuse("--seconds and --warm must be positive, and 3600 at most.");
    }
  }

  /** What a command throws that was used in a way that makes no sense. */
  ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
