package io.netpoll.benchmarks.load;

import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
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
    LoadPlan plan = plan();
    try (LoadRun run = new LoadRun(new InetSocketAddress(host, port), plan)) {
      command.commandLine().getOut().println(run.run(duration(warm), duration(seconds), serverPid));
    }
    return 0;
  }

  private LoadPlan plan() {
    if (port < 1 || port > 65535 || !(seconds > 0 && seconds <= 3600 && warm >= 0)) {
      throw new ParameterException(
          command.commandLine(), "--port, --seconds or --warm is out of range.");
    }
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
      throw new ParameterException(command.commandLine(), e.getMessage(), e);
    }
  }

  private static Duration duration(double seconds) {
    return Duration.ofNanos((long) (seconds * 1e9));
  }
}
