package io.netpoll.examples;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves {@link Echo} until the process is told to end, and then shuts down gracefully. */
@Command(
    name = "echo-server",
    sortOptions = false,
    description = "Sends every frame (a 4-byte length and that many bytes) back unchanged.",
    footer = {
      "",
      "Example:",
      "  java -jar netpoll-examples.jar echo-server --port 8888 --style available"
    })
final class EchoServer implements Callable<Integer> {

  /** How the handler is written. */
  enum Style {
    BLOCKING,
    AVAILABLE
  }

  @Mixin private final GroupOptions groupOptions = new GroupOptions();
  @Mixin private final AddressOptions addressOptions = new AddressOptions();
  @Mixin private final ServerOptions serverOptions = new ServerOptions();

  @Option(
      names = "--style",
      paramLabel = "STYLE",
      description =
          "blocking: a handler that reads one frame, waiting for it, and answers it. available: a"
              + " handler that never waits and answers every complete frame at once. By default"
              + " blocking, but available where handlers run inline.")
  private @Nullable Style style;

  @Option(
      names = "--coalesce",
      description = "Let flushes leave together that are made while more input is buffered.")
  private boolean coalesce;

  @Option(
      names = "--max-frame",
      paramLabel = "BYTES",
      defaultValue = "64MiB",
      converter = ByteSize.class,
      description = "Longest frame accepted, such as 4096, 16KiB or 64MiB (the default).")
  private int maxFrame;

  @Option(
      names = "--burn-us",
      paramLabel = "N",
      description = "Compute for N microseconds in every request.")
  private long burnMicros;

  @Option(
      names = "--sleep-ms",
      paramLabel = "N",
      description = "Sleep for N milliseconds in every request.")
  private long sleepMillis;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    check();
    Echo echo = new Echo(maxFrame, burnMicros, sleepMillis);
    OnRequest handler = style() == Style.BLOCKING ? echo::blocking : echo::available;
    try (PollerGroup group = groupOptions.open("echo-server");
        Listener listener = ServerRun.listen(group, addressOptions);
        EventLoop server = EventLoop.builder(handler).coalesceFlushes(coalesce).build()) {
      ServerRun.serve("echo-server", server, listener, group, serverOptions);
      return 0;
    }
  }

  private Style style() {
    if (style != null) {
      return style;
    }
    return groupOptions.inline() ? Style.AVAILABLE : Style.BLOCKING;
  }

  private void check() {
    addressOptions.check();
    serverOptions.check();
    if (groupOptions.inline() && style() == Style.BLOCKING) {
      throw misuse("--style blocking waits, and a handler must not wait in --execution inline.");
    }
    if (burnMicros < 0 || sleepMillis < 0) {
      throw misuse("--burn-us and --sleep-ms cannot be negative.");
    }
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }
}
