package io.netpoll.benchmarks;

import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Compares how long servers take from the launch of their process to their first answer. */
@Command(
    name = "startup",
    sortOptions = false,
    description = {
      "Launches each server again and again, in turn, and measures the time from the launch of its"
          + " process to the first frame that came back. Each is a minimal main without a"
          + " command-line library.",
      "Where taskset exists, the server gets one processor, and this process another."
    })
final class StartUpCommand implements Callable<Integer> {
  @Option(
      names = "--rounds",
      paramLabel = "N",
      defaultValue = "9",
      description = "Launches of each server that count; 9 by default, after one that does not.")
  private int rounds;

  @Option(
      names = "--java",
      paramLabel = "PATH",
      description = "The java command of the servers; by default the one that runs this.")
  private @Nullable Path java;

  @Option(
      names = "--jvm-arg",
      paramLabel = "ARG",
      description = "An argument for the servers' virtual machines; may be repeated.")
  private List<String> jvmArguments = new ArrayList<>();

  @Option(
      names = "--server-cpu",
      paramLabel = "N",
      defaultValue = "1",
      description = "The processor that the servers get; 1 by default.")
  private int serverCpu;

  @Option(
      names = "--client-cpu",
      paramLabel = "N",
      defaultValue = "0",
      description = "The processor that this process gets; 0 by default.")
  private int clientCpu;

  @Spec private CommandSpec command = CommandSpec.create();

  @Override
  public Integer call() throws Exception {
    if (rounds < 1) {
      throw new ParameterException(command.commandLine(), "--rounds needs at least 1.");
    }
    PrintWriter out = command.commandLine().getOut();
    boolean pinned = Pinning.pinThisProcess(clientCpu);
    List<String> launcher = launcher(pinned);
    Map<StartUpServer, List<Double>> millis = new EnumMap<>(StartUpServer.class);
    for (int round = 0; round <= rounds; round++) {
      for (StartUpServer server : StartUpServer.values()) {
        if (round > 0 && !millis.containsKey(server)) {
          continue; // it cannot run here
        }
        try {
          double time = StartUp.measure(launcher, server) / 1e6;
          List<Double> times = millis.computeIfAbsent(server, key -> new ArrayList<>());
          if (round > 0) {
            times.add(time);
          }
        } catch (StartUp.EndedException e) {
          if (round > 0) {
            throw e;
          }
          out.println(server + " cannot run here: " + e.getMessage());
        }
      }
    }
    report(out, millis, pinned);
    return 0;
  }

  private List<String> launcher(boolean pinned) {
    List<String> words = new ArrayList<>();
    if (pinned) {
      words.addAll(List.of("taskset", "-c", Integer.toString(serverCpu)));
    }
    Path own = Path.of(System.getProperty("java.home"), "bin", "java");
    words.add((java == null ? own : java).toString());
    words.addAll(jvmArguments);
    words.add("--enable-native-access=ALL-UNNAMED"); // as the manifest says for java -jar
    words.addAll(List.of("-cp", System.getProperty("java.class.path")));
    return words;
  }

  private void report(PrintWriter out, Map<StartUpServer, List<Double>> millis, boolean pinned) {
    out.printf(
        Locale.ROOT,
        "first answer after the launch, ms; %d rounds, %s%n",
        rounds,
        pinned ? "one processor each" : "not pinned");
    out.printf(Locale.ROOT, "%-16s%8s%8s%8s%8s%n", "server", "min", "median", "max", "ratio");
    millis.forEach(
        (server, times) -> {
          double median = median(times);
          StartUpServer rival = server.rival();
          String ratio =
              rival == null || !millis.containsKey(rival)
                  ? ""
                  : String.format(
                      Locale.ROOT, "%8.2f of %s", median / median(millis.get(rival)), rival);
          out.printf(
              Locale.ROOT,
              "%-16s%8.0f%8.0f%8.0f%s%n",
              server,
              times.stream().mapToDouble(x -> x).min().orElse(0),
              median,
              times.stream().mapToDouble(x -> x).max().orElse(0),
              ratio);
        });
    out.flush();
  }

  /** The middle one, or the mean of the two in the middle. */
  static double median(List<Double> values) {
    double[] sorted = values.stream().mapToDouble(x -> x).sorted().toArray();
    int middle = sorted.length / 2;
    return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
  }
}
