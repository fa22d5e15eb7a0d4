package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
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

/** Measures callers that wait for each answer. */
@Command(
    name = "client",
    sortOptions = false,
    description = "Has callers send frames to an echo server and wait for each answer.")
final class ClientCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      description = "ours, netty-epoll, netty-nio, jdk-virtual or jdk-platform.")
  private ClientName name = ClientName.OURS;

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
      names = "--connections",
      paramLabel = "N",
      description = "A multiple of the callers; as many as callers by default.")
  private @Nullable Integer connections;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      defaultValue = "echo",
      description = "What the server does: echo (the default) or rpc.")
  private Service service = Service.ECHO;

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
      description = "Event loops of ours and Netty's; the number of processors by default.")
  private @Nullable Integer loops;

  @Option(
      names = "--backend",
      paramLabel = "NAME",
      description = "Of ours: epoll or nio; by default the best that is available.")
  private @Nullable String backend;

  @Option(
      names = "--execution",
      paramLabel = "MODE",
      description = "Of ours: adaptive (the default), workers, virtual or inline.")
  private @Nullable ExecutionName execution;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    check();
    ClientRun.Plan plan =
        new ClientRun.Plan(
            callers,
            connections == null ? callers : connections,
            size,
            (long) (warm * 1e9),
            (long) (seconds * 1e9),
            threads(),
            service);
    try (EchoClient client = open()) {
      System.out.println(ClientRun.run(client, plan));
    }
    return 0;
  }

  private CallerThreads threads() {
    if (name.isJdk()) {
      return name == ClientName.JDK_VIRTUAL ? CallerThreads.VIRTUAL : CallerThreads.PLATFORM;
    }
    return threads == null ? CallerThreads.PLATFORM : threads;
  }

  private EchoClient open() throws IOException {
    InetSocketAddress server = new InetSocketAddress(host, port);
    return switch (name) {
      case OURS ->
          new OurClient(
              server, loops, backend, execution == null ? ExecutionName.ADAPTIVE : execution);
      case NETTY_EPOLL -> netty(server, PeerName.NETTY_EPOLL);
      case NETTY_NIO -> netty(server, PeerName.NETTY_NIO);
      case JDK_VIRTUAL, JDK_PLATFORM -> new JdkClient(server);
    };
  }

  private EchoClient netty(InetSocketAddress server, PeerName transport) {
    int count = loops == null ? Runtime.getRuntime().availableProcessors() : loops;
    return new NettyClient(server, count, NettyTransport.of(transport));
  }

  private void check() {
    if (port < 1 || port > 65535) {
      throw misuse("--port " + port + " is not between 1 and 65535.");
    }
    if (callers < 1 || loops != null && loops < 1) {
      throw misuse("--callers and --loops need at least 1.");
    }
    if (connections != null && (connections < 1 || connections % callers != 0)) {
      throw misuse(
          "--connections " + connections + " is not a multiple of the " + callers + " callers.");
    }
    int smallest = service == Service.ECHO ? Long.BYTES : Message.HEADER;
    if (size < smallest || size > FrameLengths.MAX) {
      throw misuse(
          "--size " + size + " is not between " + smallest + " and " + FrameLengths.MAX + ".");
    }
    if (!(seconds > 0 && seconds <= 3600 && warm >= 0 && warm <= 3600)) {
      throw misuse("--seconds and --warm must be positive, and 3600 at most.");
    }
    if (name.isJdk() && (threads != null || loops != null)) {
      throw misuse("--threads and --loops are not for " + name + ".");
    }
    if (name != ClientName.OURS && (backend != null || execution != null)) {
      throw misuse("--backend and --execution are for ours, not for " + name + ".");
    }
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
