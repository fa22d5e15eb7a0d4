package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.load.FileRun;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;

/**
 * Servers that send a file, which the system has in memory, to the load. All of them run from the
 * beginning to the end; in each round they are measured one after the other, beginning with another
 * one each time. A round before the first does not count, and its bytes are compared with the file.
 */
final class FilePart implements Part {
  private static final int MEGABYTE = 1_000_000;
  private static final int MEGABYTES = 100;
  private static final List<Contestant> SERVERS = servers();
  private static final List<Integer> CONNECTIONS = List.of(1, 4);
  private static final Duration LAUNCH = Duration.ofSeconds(1);

  private final Settings settings;
  private final Launcher launcher;
  private final Map<Contestant, ServerProcess> running = new LinkedHashMap<>();

  FilePart(Settings settings, Launcher launcher) {
    this.settings = settings;
    this.launcher = launcher;
  }

  private static List<Contestant> servers() {
    List<Contestant> servers = new ArrayList<>();
    for (String name : List.of("ours-epoll", "ours-nio", "netty-epoll", "netty-nio")) {
      servers.add(new Contestant(name, List.of(name)));
    }
    servers.add(
        new Contestant("netty-epoll-chunked", List.of("netty-epoll", "--send-file", "chunked")));
    servers.add(new Contestant("jdk-virtual", List.of("jdk-virtual")));
    return servers;
  }

  @Override
  public Duration estimate() {
    int steps = CONNECTIONS.size() * (settings.rounds() + 1);
    return step().multipliedBy(steps).plus(LAUNCH).multipliedBy(SERVERS.size());
  }

  private Duration step() {
    return settings.settle().plus(settings.measured());
  }

  @Override
  public void run(Results results, Progress progress) throws IOException, InterruptedException {
    Path file = Files.createTempFile("netpoll-benchmark-", ".bin");
    try {
      byte[] block = fill(file);
      SERVERS.forEach(each -> start(each, file, results));
      Rounds.run(
          -1,
          settings.rounds(),
          Scenario.FILES,
          results,
          progress,
          round -> measure(block, round, results, progress));
    } finally {
      running.values().forEach(ServerProcess::close);
      Files.delete(file);
    }
  }

  /** Fills the file with a block again and again, which it returns. */
  private static byte[] fill(Path file) throws IOException {
    byte[] block = new byte[MEGABYTE];
    new SplittableRandom(1).nextBytes(block);
    try (OutputStream out = Files.newOutputStream(file)) {
      for (int i = 0; i < MEGABYTES; i++) {
        out.write(block);
      }
    }
    return block;
  }

  private void start(Contestant contestant, Path file, Results results) {
    try {
      running.put(
          contestant, new ServerProcess(launcher.measured(), contestant, ServerProcess.file(file)));
    } catch (IOException e) {
      results.remark(contestant + " sends no files: " + e.getMessage());
    }
  }

  private void measure(byte[] block, int round, Results results, Progress progress) {
    for (int connections : CONNECTIONS) {
      List<Contestant> turn = new ArrayList<>(running.keySet());
      Collections.rotate(turn, -round);
      for (Contestant each : turn) {
        progress.begin(Scenario.FILES + ", " + connections + " connections: " + each);
        measure(each, connections, block, round, results);
        progress.end(step());
      }
    }
  }

  private void measure(
      Contestant contestant, int connections, byte[] block, int round, Results results) {
    ServerProcess server = running.get(contestant);
    Row row = new Row(Scenario.FILES, title(connections), 0, Metric.GIGABYTES);
    try (FileRun run =
        new FileRun(server.address(), connections, (long) MEGABYTES * MEGABYTE, block, round < 0)) {
      FileRun.Result result = run.run(settings.settle(), settings.measured(), server.pid());
      if (round >= 0) {
        results.add(
            row,
            contestant.name(),
            round,
            result.bytesPerSecond() / 1e9,
            Map.of(
                Sample.CPU,
                result.serverMicrosFor((long) MEGABYTES * MEGABYTE),
                Sample.LOAD,
                result.ownShare()));
      }
    } catch (IOException e) {
      running.remove(contestant).close();
      results.remark(contestant + " failed at files, " + row.title() + ": " + e.getMessage());
    }
  }

  private static String title(int connections) {
    return connections == 1 ? "one connection" : connections + " connections";
  }
}
