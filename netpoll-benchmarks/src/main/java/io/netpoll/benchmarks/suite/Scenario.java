package io.netpoll.benchmarks.suite;

import static io.netpoll.benchmarks.load.Turn.FRESH;
import static io.netpoll.benchmarks.load.Turn.OWN;
import static io.netpoll.benchmarks.load.Turn.ROTATING;

import io.netpoll.benchmarks.load.LoadPlan;
import io.netpoll.benchmarks.load.Turn;
import io.netpoll.benchmarks.rpc.Service;
import java.util.List;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** What is compared: a page of the report each. */
public enum Scenario {
  LONG("long", "Long connections, 1 KB, each with one request in flight") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      return (burn == 0 ? IntStream.of(1, 16, 64, 256, 1024, 4096, 8192) : IntStream.of(64, 1024))
          .mapToObj(
              n ->
                  row(
                      n == 1 ? "1 connection" : n + " connections",
                      burn,
                      burn == 0 && (n == 64 || n == 1024),
                      n < MANY
                          ? Workload.calls(plan(n, n, OWN, KILOBYTE, KILOBYTE))
                          : Workload.turns(plan(n, n, OWN, KILOBYTE, KILOBYTE)),
                      burn == 0 && n == 64 ? Field.WIDE : Field.usual(burn)))
          .toList();
    }
  },
  IDLE("idle", "80 % idle connections, 1 KB: requests go to all in turn, a fifth is busy") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      int n = burn == 0 ? 2000 : 500;
      return List.of(
          row(
              n / 5 + " of " + n + " connections",
              burn,
              burn == 0,
              Workload.calls(plan(n, n / 5, ROTATING, KILOBYTE, KILOBYTE)),
              Field.usual(burn)));
    }
  },
  MUX("mux", "Multiplexed on 4 connections, 1 KB") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      return Stream.of(100, 1000)
          .filter(n -> burn == 0 || n == 100)
          .map(
              n ->
                  row(
                      n + " in flight",
                      burn,
                      burn == 0 && n == 100,
                      Workload.calls(plan(4, n, OWN, KILOBYTE, KILOBYTE)),
                      Field.usual(burn)))
          .toList();
    }
  },
  PIPELINED("pipelined", "64 B, 16 in flight on each of 64 connections") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      LoadPlan plan = plan(64, 1024, OWN, 64, 64);
      return List.of(row("64 B", burn, true, Workload.calls(plan), Field.WIDE));
    }
  },
  MIXED("mixed", "16 B to 16 KB, 4 in flight on each of 64 connections") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      LoadPlan plan = plan(64, 256, OWN, 16, 16 << 10);
      return List.of(row("mixed sizes", burn, true, Workload.calls(plan), Field.usual(burn)));
    }
  },
  LARGE("large", "1 MB, one in flight on each of 4 connections") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      LoadPlan plan = plan(4, 4, OWN, 1 << 20, 1 << 20);
      return List.of(row("1 MB", burn, true, Workload.calls(plan), Field.usual(burn)));
    }
  },
  PIECES("pieces", "Every request in two pieces, 1 KB, one in flight on each connection") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      return Stream.of(64, 400)
          .map(
              n ->
                  row(
                      n + " connections",
                      burn,
                      n == 64,
                      Workload.calls(plan(n, n, OWN, KILOBYTE, KILOBYTE).inPieces()),
                      Field.usual(burn)))
          .toList();
    }
  },
  ANSWERS("answers", "Requests of 64 B on 4 connections, answered one by one by 4 other threads") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      return List.of(
          row(
              "400 in flight",
              burn,
              true,
              ServerProcess.pooled(burn),
              Workload.calls(plan(4, 400, OWN, 64, 64)),
              Field.OWN_THREADS));
    }
  },
  FAN_OUT(
      "fan-out",
      "What one publishes, 512 B, goes to all subscribers, one of whom does not read; a request is a delivery") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      return Stream.of(100, 1000)
          .map(
              n ->
                  row(
                      n + " subscribers",
                      0,
                      n == 1000,
                      ServerProcess.FAN_OUT,
                      Workload.fanOut(n),
                      Field.OWN_THREADS))
          .toList();
    }
  },
  CHURN("churn", "Connect, one call of 1 KB, close; 16 connections at a time") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      LoadPlan plan = plan(16, 16, FRESH, KILOBYTE, KILOBYTE);
      return List.of(
          row("one call a connection", burn, true, Workload.turns(plan), Field.usual(burn)));
    }
  },
  LATENCY(
      "latency",
      "Latency on 64 connections, 1 KB, at shares of what the slowest of them can carry") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      LoadPlan plan = plan(64, 64, OWN, KILOBYTE, KILOBYTE);
      return Stream.of(50, 75)
          .map(
              share ->
                  new ServerRow(
                      new Row(
                          this, share + " % of capacity", burn, List.of(Metric.P99), share == 50),
                      ServerProcess.rpc(burn),
                      Workload.due(plan, share / 100.0),
                      Field.usual(burn)))
          .toList();
    }
  },
  BESIDE(
      "beside",
      "Calls without work, 2000 a second on 16 connections, beside 64 connections with work;"
          + " capacity counts both") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      if (burn == 0) {
        return List.of();
      }
      LoadPlan light = plan(16, 16, OWN, 64, 64).withoutWork().at(2000);
      LoadPlan heavy = plan(64, 64, OWN, KILOBYTE, KILOBYTE);
      return List.of(
          new ServerRow(
              new Row(this, "light beside heavy", burn, List.of(Metric.P99, Metric.BESIDE), true),
              ServerProcess.rpc(burn),
              Workload.beside(light, heavy),
              Field.usual(burn)));
    }
  },
  FILES(
      "files",
      "A file of 10 MB, which the system has in memory, to one client; a request is a file") {
    @Override
    List<ServerRow> servers(int burn, DataFile file) {
      return Stream.of(1, 4)
          .map(
              n ->
                  row(
                      n == 1 ? "one connection" : n + " connections",
                      0,
                      n == 1,
                      ServerProcess.file(file.path()),
                      file.on(n),
                      Field.FILES))
          .toList();
    }
  },
  CLIENTS("clients", "Clients: threads that call and wait, 1 KB, one server for all"),
  MUX_CLIENTS("mux-clients", "Clients that share 4 connections, 1 KB, one server for all"),
  MEMORY("memory", "Memory a connection: live heap and native memory of the server"),
  STARTUP("startup", "From the launch of the process to the first answer");

  private static final int KILOBYTE = 1 << 10;

  /** From so many connections on those of one server are open at a time. */
  private static final int MANY = 4096;

  private final String word;
  private final String title;

  Scenario(String word, String title) {
    this.word = word;
    this.title = title;
  }

  /** What it is, in one line. */
  String title() {
    return title;
  }

  /**
   * Its rows of servers, with handlers that compute for so many microseconds.
   *
   * @param file what is sent where files are
   */
  List<ServerRow> servers(int burn, DataFile file) {
    return List.of();
  }

  /**
   * Whether it is made with handlers that compute for so many microseconds.
   *
   * @param first the first of several burns, which those are made with that say nothing of work
   */
  boolean isMadeWith(int burn, int first) {
    return burn == first || List.of(LONG, IDLE, MUX, BESIDE).contains(this);
  }

  /**
   * That of a word.
   *
   * @throws IllegalArgumentException if there is none
   */
  static Scenario of(String word) {
    for (Scenario scenario : values()) {
      if (scenario.word.equals(word)) {
        return scenario;
      }
    }
    throw new IllegalArgumentException("There is no scenario '" + word + "'.");
  }

  ServerRow row(String name, int burn, boolean isInSummary, Workload workload, List<String> field) {
    return row(name, burn, isInSummary, ServerProcess.rpc(burn), workload, field);
  }

  ServerRow row(
      String name,
      int burn,
      boolean isInSummary,
      List<String> service,
      Workload workload,
      List<String> field) {
    return new ServerRow(
        new Row(this, name, burn, List.of(Metric.CAPACITY, Metric.RATE), isInSummary),
        service,
        workload,
        field);
  }

  static LoadPlan plan(int connections, int inFlight, Turn turn, int smallest, int largest) {
    return new LoadPlan(
        connections, inFlight, turn, smallest, largest, 0, Service.RPC, false, false);
  }

  @Override
  public String toString() {
    return word;
  }
}
