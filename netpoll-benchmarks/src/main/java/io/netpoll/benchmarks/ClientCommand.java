package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures callers that wait for each answer. */
@Command(
    name = "client",
    sortOptions = false,
    description = "Has callers send frames to an echo server and wait for each answer.")
final class ClientCommand implements Callable<Integer> {
  @Parameters(
      paramLabel = "NAME",
      description =
          "ours, netty-epoll, netty-nio, jdk-virtual, jdk-platform, or jdk-timeout, which is"
              + " jdk-platform by sockets with a read timeout.")
  private ClientName name = ClientName.OURS;

  @Mixin private CallerOptions options = new CallerOptions();

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
      names = "--execution",
      paramLabel = "MODE",
      description = "Of ours: adaptive (the default), workers, virtual or inline.")
  private @Nullable ExecutionName execution;

  @Override
  public Integer call() throws Exception {
    check();
    ClientRun.Plan plan =
        options.plan(connections == null ? options.callers() : connections, threads());
    try (MessageClient client = open();
        ClientRun<?> run =
            service == Service.ECHO ? ClientRun.echo(client, plan) : ClientRun.call(client, plan)) {
      options.measure(run);
    }
    return 0;
  }

  private CallerThreads threads() {
    if (name.isJdk()) {
      return name == ClientName.JDK_VIRTUAL ? CallerThreads.VIRTUAL : CallerThreads.PLATFORM;
    }
    CallerThreads threads = options.threads();
    return threads == null ? CallerThreads.PLATFORM : threads;
  }

  private MessageClient open() throws IOException {
    return switch (name) {
      case OURS ->
          new OurClient(
              options.server(),
              options.loops(),
              options.backend(),
              execution == null ? ExecutionName.ADAPTIVE : execution);
      case NETTY_EPOLL -> netty(PeerName.NETTY_EPOLL);
      case NETTY_NIO -> netty(PeerName.NETTY_NIO);
      case JDK_VIRTUAL, JDK_PLATFORM -> new JdkClient(options.server());
      case JDK_TIMEOUT -> new JdkSocketClient(options.server());
    };
  }

  private MessageClient netty(PeerName transport) {
    return new NettyClient(
        options.server(), options.loopsOrProcessors(), NettyTransport.of(transport));
  }

  private void check() {
    options.check(service == Service.ECHO ? Long.BYTES : Message.HEADER, FrameLengths.MAX);
    int callers = options.callers();
    if (connections != null && (connections < 1 || connections % callers != 0)) {
      throw options.misuse(
          "--connections " + connections + " is not a multiple of the " + callers + " callers.");
    }
    if (name.isJdk() && (options.threads() != null || options.loops() != null)) {
      throw options.misuse("--threads and --loops are not for " + name + ".");
    }
    if (name != ClientName.OURS && (options.backend() != null || execution != null)) {
      throw options.misuse("--backend and --execution are for ours, not for " + name + ".");
    }
  }
}
