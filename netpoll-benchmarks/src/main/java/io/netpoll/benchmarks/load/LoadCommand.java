package io.netpoll.benchmarks.load;

import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Puts load on one server, by hand. */
@Command(
    name = "load",
    sortOptions = false,
    description = "Puts load on a server from one thread, checks every byte, and says the rate.")
public final class LoadCommand implements Callable<Integer> {
  private static final int WINDOW = 8;
  private static final List<String> NOT_OF_FAN_OUT =
      List.of("--connections", "--turn", "--largest", "--rate", "--service", "--light", "--pieces");

  @Option(names = "--host", paramLabel = "HOST", defaultValue = "127.0.0.1")
  private String host = "127.0.0.1";

  @Option(names = "--port", paramLabel = "N", defaultValue = "8888")
  private int port;

  @Option(
      names = "--connections",
      paramLabel = "N",
      defaultValue = "64",
      description = "64 by default.")
  private int connections;

  @Option(
      names = "--in-flight",
      paramLabel = "N",
      description = "Requests under way at any time; as many as connections by default.")
  private @Nullable Integer inFlight;

  @Option(
      names = "--turn",
      paramLabel = "WHERE",
      defaultValue = "own",
      description =
          "Where the next request goes: own (the default) connection, rotating over all, fresh.")
  private Turn turn = Turn.OWN;

  @Option(
      names = "--size",
      paramLabel = "BYTES",
      defaultValue = "1024",
      description = "Of a payload; 1024 by default.")
  private int size;

  @Option(names = "--largest", paramLabel = "BYTES", description = "Mix sizes from --size to this.")
  private @Nullable Integer largest;

  @Option(
      names = "--rate",
      paramLabel = "N",
      description = "Requests a second, whether answers come or not; by default one after each.")
  private double rate;

  @Option(
      names = "--service",
      paramLabel = "NAME",
      defaultValue = "echo",
      description = "What the server does: echo (the default) or rpc.")
  private Service service = Service.ECHO;

  @Option(
      names = "--light",
      description = "Make requests that do no work, though others of the same server do; of rpc.")
  private boolean light;

  @Option(
      names = "--fan-out",
      paramLabel = "N",
      description =
          "Publish to N subscribers instead, --in-flight messages at a time, 8 by default.")
  private @Nullable Integer subscribers;

  @Option(
      names = "--silent",
      description = "Let one more subscriber read nothing; needs --fan-out.")
  private boolean silent;

  @Option(
      names = "--pieces",
      description = "Send each request in two pieces, so that the server sees one after the other.")
  private boolean pieces;

  @Option(
      names = "--warm",
      paramLabel = "S",
      defaultValue = "2",
      description = "Seconds before measuring; 2 by default.")
  private double warm;

  @Option(
      names = "--seconds",
      paramLabel = "S",
      defaultValue = "5",
      description = "Seconds of measuring; 5 by default.")
  private double seconds;

  @Option(
      names = "--server-pid",
      paramLabel = "PID",
      description = "The server's process, whose processor time is measured too.")
  private long serverPid;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws IOException {
    if (port < 1 || port > 65535 || !(seconds > 0 && seconds <= 3600 && warm >= 0)) {
      throw misuse("--port, --seconds or --warm is out of range.");
    }
    checkFanOut();
    command.commandLine().getOut().println(measure(new InetSocketAddress(host, port)));
    return 0;
  }

  private LoadResult measure(InetSocketAddress server) throws IOException {
    if (subscribers != null) {
      try (FanOutRun run = fanOut(server, subscribers)) {
        return run.slice(duration(warm), duration(seconds), serverPid);
      }
    }
    try (LoadRun run = new LoadRun(server, plan())) {
      return run.run(duration(warm), duration(seconds), serverPid);
    }
  }

  private void checkFanOut() {
    if (subscribers == null && silent) {
      throw misuse("--silent needs --fan-out.");
    }
    for (String each : NOT_OF_FAN_OUT) {
      if (subscribers != null && command.commandLine().getParseResult().hasMatchedOption(each)) {
        throw misuse("--fan-out goes without " + each + ".");
      }
    }
  }

  private FanOutRun fanOut(InetSocketAddress server, int count) throws IOException {
    try {
      return new FanOutRun(server, count, size, inFlight == null ? WINDOW : inFlight, silent);
    } catch (IllegalArgumentException e) {
      throw misuse(e.getMessage());
    }
  }

  private LoadPlan plan() {
    try {
      return new LoadPlan(
          connections,
          inFlight == null ? connections : inFlight,
          turn,
          size,
          largest == null ? size : largest,
          rate,
          service,
          light,
          pieces);
    } catch (IllegalArgumentException e) {
      throw misuse(e.getMessage());
    }
  }

  private ParameterException misuse(String sentence) {
    return new ParameterException(command.commandLine(), sentence);
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
