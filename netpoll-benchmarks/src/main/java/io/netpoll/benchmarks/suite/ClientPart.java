package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.Main;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients, each a new process on the processor of what is measured, and all of them with the same
 * server: one of Netty's, so that it is not ours.
 */
final class ClientPart implements Part {
  private static final Pattern FIGURE = Pattern.compile("(\\w+)=(\\S+)");
  private static final String SERVER = "netty-epoll";
  private static final Map<String, List<String>> CLIENTS = clients();
  private static final List<int[]> SHAPES =
      List.of(new int[] {100, 100}, new int[] {400, 400}, new int[] {100, 500});

  private final Settings settings;
  private final Launcher launcher;
  private final int burnMicros;

  ClientPart(Settings settings, Launcher launcher, int burnMicros) {
    this.settings = settings;
    this.launcher = launcher;
    this.burnMicros = burnMicros;
  }

  private static Map<String, List<String>> clients() {
    Map<String, List<String>> clients = new LinkedHashMap<>();
    for (String name : List.of("ours", "netty-epoll", "netty-nio")) {
      clients.put(name, List.of(name, "--threads", "platform"));
      clients.put(name + "-virtual", List.of(name, "--threads", "virtual"));
    }
    clients.put("jdk-virtual", List.of("jdk-virtual"));
    clients.put("jdk-platform", List.of("jdk-platform"));
    return clients;
  }

  @Override
  public int steps() {
    return SHAPES.size() * CLIENTS.size() * settings.rounds();
  }

  @Override
  public void run(Results results, Progress progress) throws IOException, InterruptedException {
    Contestant contestant = Contestant.named(List.of(SERVER)).get(0);
    try (ServerProcess server = new ServerProcess(launcher.measuring(), contestant, burnMicros)) {
      for (int round = 0; round < settings.rounds(); round++) {
        for (int[] shape : SHAPES) {
          for (String name : CLIENTS.keySet()) {
            progress.begin(Scenario.CLIENTS + ": " + name);
            measure(server, name, shape, round, results);
            progress.end();
          }
        }
        results.roundIsOver();
      }
    }
  }

  private void measure(ServerProcess server, String name, int[] shape, int round, Results results)
      throws IOException, InterruptedException {
    String said = run(command(server, name, shape));
    Map<String, Double> figures = new LinkedHashMap<>();
    Matcher figure = FIGURE.matcher(said);
    while (figure.find()) {
      figures.put(figure.group(1), Double.valueOf(figure.group(2)));
    }
    Double rate = figures.get("rate");
    if (rate == null) {
      results.remark("The client " + name + " has no figures: " + said);
      return;
    }
    String title =
        shape[0] == shape[1]
            ? shape[0] + " callers and connections"
            : shape[0] + " callers on " + shape[1] + " connections in turn";
    Row row = new Row(Scenario.CLIENTS, title, burnMicros, Metric.REQUESTS);
    results.add(new Sample(row, name, round, rate, figures));
  }

  private List<String> command(ServerProcess server, String name, int[] shape) {
    List<String> words = new ArrayList<>(launcher.measured());
    words.addAll(List.of(Main.class.getName(), "client"));
    words.addAll(CLIENTS.get(name));
    words.addAll(List.of("--port", Integer.toString(server.address().getPort())));
    words.addAll(List.of("--callers", Integer.toString(shape[0])));
    words.addAll(List.of("--connections", Integer.toString(shape[1])));
    words.addAll(List.of("--service", "rpc"));
    words.addAll(List.of("--warm", seconds(settings.warmUp().toNanos())));
    words.addAll(List.of("--seconds", seconds(settings.measured().toNanos())));
    return words;
  }

  private static String seconds(long nanos) {
    return Double.toString(nanos / 1e9);
  }

  /** Runs a client, and returns the last line that it wrote. */
  private static String run(List<String> words) throws IOException, InterruptedException {
    Process client = new ProcessBuilder(words).redirectErrorStream(true).start();
    try (InputStream output = client.getInputStream()) {
      String[] lines = new String(output.readAllBytes(), StandardCharsets.UTF_8).split("\\R");
      return lines[lines.length - 1];
    } finally {
      client.destroyForcibly().waitFor();
    }
  }
}
