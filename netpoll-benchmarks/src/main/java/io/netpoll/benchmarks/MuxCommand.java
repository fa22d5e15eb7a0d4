package io.netpoll.benchmarks;

import io.netpoll.PollerGroup;
import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Measures many callers that share a few connections. */
@Command(
    name = "mux",
    sortOptions = false,
    description = "Has callers share a few connections to an echo server.")
final class MuxCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "ours, ours-pool, netty-epoll or netty-nio.")
  private MuxName name = MuxName.OURS;

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
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many connections they share; 4 by default.")
  private int connections;

  @Option(
      names = "--threads",
      paramLabel = "KIND",
      defaultValue = "platform",
      description = "Which threads call: platform (the default) or virtual.")
  private CallerThreads threads = CallerThreads.PLATFORM;

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
      names = "--loops",
      paramLabel = "N",
      description = "Number of event loops; that of processors by default.")
  private @Nullable Integer loops;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "Of ours: epoll or nio; by default the best that is available.")
  private @Nullable String backend;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    check();
    ClientRun.Plan plan =
        new ClientRun.Plan(
            callers,
            callers,
            size,
            (long) (warm * 1e9),
            (long) (seconds * 1e9),
            threads,
            Service.ECHO);
    try (EchoClient client = open()) {
      System.out.println(ClientRun.run(client, plan));
    }
    return 0;
  }

  private EchoClient open() throws IOException, InterruptedException {
    InetSocketAddress server = new InetSocketAddress(host, port);
    return switch (name) {
      case OURS -> new MuxClient(server, connections, group());
      case OURS_POOL ->
          new PooledClient(
              new OurClient(server, loops, backend, ExecutionName.ADAPTIVE), connections);
      case NETTY_EPOLL -> netty(server, PeerName.NETTY_EPOLL);
      case NETTY_NIO -> netty(server, PeerName.NETTY_NIO);
    };
  }

  private PollerGroup group() throws IOException {
    PollerGroup.Builder builder = PollerGroup.builder().name("mux");
    if (backend != null) {
      builder.backend(backend);
    }
    if (loops != null) {
      builder.loops(loops);
    }
    return builder.build();
  }

  private EchoClient netty(InetSocketAddress server, PeerName transport)
      throws InterruptedException {
    int count = loops == null ? Runtime.getRuntime().availableProcessors() : loops;
    return new NettyMuxClient(server, connections, count, NettyTransport.of(transport));
  }

  private void check() {
    if (port < 1 || port > 65535) {
      throw misuse("--port " + port + " is not between 1 and 65535.");
    }
    if (callers < 1 || connections < 1 || loops != null && loops < 1) {
      throw misuse("--callers, --connections and --loops need at least 1.");
    }
    if (size < Long.BYTES || size > FrameLengths.MAX - Long.BYTES) {
      throw misuse(
          "--size " + size + " is not between 8 and " + (FrameLengths.MAX - Long.BYTES) + ".");
    }
    if (!(seconds > 0 && seconds <= 3600 && warm >= 0 && warm <= 3600)) {
      throw misuse("--seconds and --warm must be positive, and 3600 at most.");
    }
    if (!name.isOurs() && backend != null) {
      throw misuse("--backend is for ours, not for " + name + ".");
    }
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
