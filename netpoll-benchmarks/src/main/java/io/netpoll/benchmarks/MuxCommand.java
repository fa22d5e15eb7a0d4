package io.netpoll.benchmarks;

import io.netpoll.PollerGroup;
import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Measures many callers that share a few connections. */
@Command(
    name = "mux",
    sortOptions = false,
    description = "Has callers share a few connections to an echo server.")
final class MuxCommand implements Callable<Integer> {
  @Parameters(paramLabel = "NAME", description = "ours, ours-pool, netty-epoll or netty-nio.")
  private MuxName name = MuxName.OURS;

  @Mixin private CallerOptions options = new CallerOptions();

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "How many connections they share; 4 by default.")
  private int connections;

  @Override
  public Integer call() throws Exception {
    check();
    CallerThreads threads = options.threads();
    ClientRun.Plan plan =
        options.plan(options.callers(), threads == null ? CallerThreads.PLATFORM : threads);
    try (EchoClient client = open();
        ClientRun<?> run = ClientRun.echo(client, plan)) {
      options.measure(run);
    }
    return 0;
  }

  private EchoClient open() throws IOException, InterruptedException {
    return switch (name) {
      case OURS -> new MuxClient(options.server(), connections, group());
      case OURS_POOL ->
          new PooledClient(
              new OurClient(
                  options.server(), options.loops(), options.backend(), ExecutionName.ADAPTIVE),
              connections);
      case NETTY_EPOLL -> netty(PeerName.NETTY_EPOLL);
      case NETTY_NIO -> netty(PeerName.NETTY_NIO);
    };
  }

  private PollerGroup group() throws IOException {
    return OurClient.group(options.loops(), options.backend()).build();
  }

  private EchoClient netty(PeerName transport) throws InterruptedException {
    return new NettyMuxClient(
        options.server(), connections, options.loopsOrProcessors(), NettyTransport.of(transport));
  }

  private void check() {
    options.check(Long.BYTES, FrameLengths.MAX - Long.BYTES);
    if (connections < 1) {
      throw options.misuse("--connections " + connections + " is too few: it needs at least 1.");
    }
    if (!name.isOurs() && options.backend() != null) {
      throw options.misuse("--backend is for ours, not for " + name + ".");
    }
  }
}
