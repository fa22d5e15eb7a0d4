package io.netpoll.examples;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.ShardQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves {@link RpcService} until the process is told to end, and then shuts down gracefully. */
@Command(
    name = "rpc-server",
    sortOptions = false,
    description = "Answers requests with their own payload, each when it is ready.",
    footer = {
      "",
      "Example:",
      "  java -jar netpoll-examples.jar rpc-server --port 8888 --slow-every 100 --slow-ms 20"
    })
final class RpcServer implements Callable<Integer> {
  @Mixin private final GroupOptions groupOptions = new GroupOptions();
  @Mixin private final AddressOptions addressOptions = new AddressOptions();
  @Mixin private final ServerOptions serverOptions = new ServerOptions();

  @Option(
      names = "--slow-every",
      paramLabel = "N",
      description = "Every Nth request is slow; none by default.")
  private long slowEvery;

  @Option(
      names = "--slow-ms",
      paramLabel = "N",
      defaultValue = "10",
      description = "How long a slow request takes; ${DEFAULT-VALUE} by default.")
  private long slowMillis;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    check();
    ExecutorService slow = Executors.newCachedThreadPool();
    try (PollerGroup group = groupOptions.open("rpc-server");
        Listener listener = ServerRun.listen(group, addressOptions);
        EventLoop server = server(new RpcService(slow, slowEvery, slowMillis))) {
      ServerRun.serve("rpc-server", server, listener, group, serverOptions);
      return 0;
    } finally {
      slow.shutdownNow();
    }
  }

  /** Each connection has a queue for its answers. Those to requests that came together leave so. */
  static EventLoop server(RpcService service) {
    return EventLoop.withContext(ShardQueue::of)
        .onRequest(service::serve)
        .coalesceFlushes(true)
        .build();
  }

  private void check() {
    addressOptions.check();
    if (groupOptions.inline()) {
      throw misuse("The handler waits, and must not in --execution inline.");
    }
    serverOptions.check();
    if (slowEvery < 0 || slowMillis < 0) {
      throw misuse("--slow-every and --slow-ms cannot be negative.");
    }
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
