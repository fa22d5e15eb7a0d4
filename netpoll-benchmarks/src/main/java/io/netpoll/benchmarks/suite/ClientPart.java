package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.Guard;
import io.netpoll.benchmarks.Main;
import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Clients, each a new process on the processor of what is measured, and all of them with the same
 * server on the other: one of Netty's, so that it is not ours.
 */
final class ClientPart implements Part {
  private static final Pattern FIGURE = Pattern.compile("(\\w+)=(\\S+)");
  private static final List<Contestant> SERVER = Contestant.named(List.of("netty-epoll"));
  private static final Duration AROUND = Duration.ofMillis(1500); // to start, to connect, to end
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Settings settings;
  private final Launcher launcher;
  private final Clients clients;
  private final int burnMicros;

  ClientPart(Settings settings, Launcher launcher, Clients clients, int burnMicros) {
    this.settings = settings;
    this.launcher = launcher;
    this.clients = clients;
    this.burnMicros = burnMicros;
  }

  @Override
  public Duration estimate() {
    long steps = (long) clients.shapes().size() * clients.names().size() * settings.rounds();
    return step().multipliedBy(steps);
  }

  private Duration step() {
    return AROUND.plus(settings.warmUp()).plus(settings.measured());
  }

  @Override
  public void run(Results results, Progress progress) throws IOException, InterruptedException {
    try (ServerProcess server = new ServerProcess(launcher.measuring(), SERVER.get(0), service())) {
      Rounds.run(
          0,
          settings.rounds(),
          clients.scenario(),
          results,
          progress,
          round -> measure(server, round, results, progress));
    }
  }

  private List<String> service() {
    return clients.service() == Service.ECHO ? ServerProcess.ECHO : ServerProcess.rpc(burnMicros);
  }

  private void measure(ServerProcess server, int round, Results results, Progress progress)
      throws IOException, InterruptedException {
    for (Clients.Shape shape : clients.shapes()) {
      for (String name : clients.names().keySet()) {
        progress.begin(clients.scenario() + ", " + shape.title() + ": " + name);
        measure(server, name, shape, round, results);
        progress.end(step());
      }
    }
  }

  private void measure(
      ServerProcess server, String name, Clients.Shape shape, int round, Results results)
      throws IOException, InterruptedException {
    String said = run(command(server, name, shape));
    Map<String, Double> figures = new LinkedHashMap<>();
    Matcher figure = FIGURE.matcher(said);
    while (figure.find()) {
      figures.put(figure.group(1), Double.valueOf(figure.group(2)));
    }
    Double rate = figures.get("rate");
    if (rate == null) {
      results.remark("The client " + name + " has no figures with " + shape.title() + ": " + said);
      return;
    }
    Row row = new Row(clients.scenario(), shape.title(), burnMicros, Metric.REQUESTS);
    results.add(row, name, round, rate, figures);
  }

  private List<String> command(ServerProcess server, String name, Clients.Shape shape) {
    List<String> words = new ArrayList<>(launcher.measured());
    words.add(Main.class.getName());
    words.addAll(clients.words(name, shape));
    words.addAll(List.of("--port", Integer.toString(server.address().getPort())));
    words.addAll(List.of("--server-pid", Long.toString(server.pid())));
    words.addAll(List.of("--warm", seconds(settings.warmUp())));
    words.addAll(List.of("--seconds", seconds(settings.measured())));
    return words;
  }

  private static String seconds(Duration duration) {
    return Double.toString(duration.toNanos() / 1e9);
  }

  /** Runs a client, and returns the last line that it wrote. */
  private String run(List<String> words) throws IOException, InterruptedException {
    Process client = new ProcessBuilder(words).redirectErrorStream(true).start();
    Guard guard = new Guard(client, step().plus(PATIENCE));
    try (InputStream output = client.getInputStream()) {
      String[] lines = new String(output.readAllBytes(), StandardCharsets.UTF_8).split("\\R");
      return lines[lines.length - 1];
    } finally {
      guard.release();
      client.destroyForcibly().waitFor();
    }
  }
}
