package io.netpoll.examples;

import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Has threads call an RPC server over a few connections, and prints rate and latency. */
@Command(
    name = "rpc-client",
    sortOptions = false,
    description = "Calls a server from many threads that share a few connections.",
    footer = {
      "",
      "Example:",
      "  java -jar netpoll-examples.jar rpc-client --port 8888 --connections 2 --callers 64"
    })
final class RpcClientCommand implements Callable<Integer> {
  @Mixin private final GroupOptions groupOptions = new GroupOptions();
  @Mixin private final AddressOptions addressOptions = new AddressOptions();

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "4",
      description = "Number of connections; ${DEFAULT-VALUE} by default.")
  private int connections;

  @Option(
      names = "--callers",
      paramLabel = "N",
      defaultValue = "64",
      description = "Number of threads that call; ${DEFAULT-VALUE} by default.")
  private int callers;

  @Option(
      names = "--count",
      paramLabel = "N",
      defaultValue = "1000",
      description = "Number of calls of each thread; ${DEFAULT-VALUE} by default.")
  private int count;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      defaultValue = "1024",
      converter = ByteSize.class,
      description = "Length of a payload, such as 1024, 16KiB or 4MiB; 1024 by default.")
  private int size;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "10",
      description =
          "Longest wait for a connection, and for an answer; ${DEFAULT-VALUE} by default.")
  private int timeoutSeconds;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    check();
    Duration timeout = Duration.ofSeconds(timeoutSeconds);
    try (PollerGroup group = groupOptions.open("rpc-client");
        RpcClient client = connect(group, timeout)) {
      System.out.println(RpcRun.run(client, new RpcRun.Plan(callers, count, size, timeout)));
    }
    return 0;
  }

  private RpcClient connect(PollerGroup group, Duration timeout) throws Failure {
    Dialer dialer = Dialer.builder().group(group).build();
    try {
      return RpcClient.connect(
          dialer, addressOptions.network(), addressOptions.address(), connections, timeout);
    } catch (IOException e) {
      throw new Failure(Sentences.because("Cannot connect to", addressOptions.address(), e), e);
    }
  }

  private void check() {
    addressOptions.check();
    if (connections < 1 || callers < 1 || count < 1 || timeoutSeconds < 1) {
      throw misuse("--connections, --callers, --count and --timeout must be at least 1.");
    }
    if (size > RpcFrame.MAX_PAYLOAD) {
      throw misuse("--size " + size + " is more than " + RpcFrame.MAX_PAYLOAD + ".");
    }
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
