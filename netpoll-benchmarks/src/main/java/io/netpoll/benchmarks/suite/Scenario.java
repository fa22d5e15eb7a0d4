package io.netpoll.benchmarks.suite;

import static io.netpoll.benchmarks.load.Turn.FRESH;
import static io.netpoll.benchmarks.load.Turn.OWN;
import static io.netpoll.benchmarks.load.Turn.ROTATING;

import io.netpoll.benchmarks.load.LoadPlan;
import io.netpoll.benchmarks.load.Turn;
import io.netpoll.benchmarks.rpc.Service;
import java.util.List;
import java.util.stream.IntStream;

/** What is compared: a table and a chart each. */
public enum Scenario {
  LONG("long", "Long connections, 1 KB, each with one request in flight") {
    @Override
    List<LoadRow> loads(int burn) {
      return List.of(
          rate("100 connections", burn, plan(100, 100, OWN, 1 << 10, 1 << 10)),
          rate("400 connections", burn, plan(400, 400, OWN, 1 << 10, 1 << 10)),
          rate("1024 connections", burn, plan(1024, 1024, OWN, 1 << 10, 1 << 10)));
    }
  },
  SCALE("scale", "1 KB, one request in flight on each of 1 to 8192 connections") {
    @Override
    List<LoadRow> loads(int burn) {
      return IntStream.of(1, 16, 64, 256, 1024, 4096, 8192)
          .mapToObj(
              n ->
                  rate(
                      n == 1 ? "1 connection" : n + " connections",
                      burn,
                      plan(n, n, OWN, 1 << 10, 1 << 10)))
          .toList();
    }
  },
  IDLE("idle", "80 % idle connections, 1 KB: requests go to all in turn, a fifth is busy") {
    @Override
    List<LoadRow> loads(int burn) {
      return List.of(
          rate("100 of 500 connections", burn, plan(500, 100, ROTATING, 1 << 10, 1 << 10)),
          rate("400 of 2000 connections", burn, plan(2000, 400, ROTATING, 1 << 10, 1 << 10)));
    }
  },
  MUX("mux", "Multiplexed on 4 connections, 1 KB") {
    @Override
    List<LoadRow> loads(int burn) {
      return List.of(
          rate("100 in flight", burn, plan(4, 100, OWN, 1 << 10, 1 << 10)),
          rate("400 in flight", burn, plan(4, 400, OWN, 1 << 10, 1 << 10)),
          rate("1000 in flight", burn, plan(4, 1000, OWN, 1 << 10, 1 << 10)));
    }
  },
  PIPELINED("pipelined", "64 B, 16 in flight on each of 64 connections") {
    @Override
    List<LoadRow> loads(int burn) {
      return List.of(rate("64 B", burn, plan(64, 1024, OWN, 64, 64)));
    }
  },
  MIXED("mixed", "16 B to 16 KB, 4 in flight on each of 64 connections") {
    @Override
    List<LoadRow> loads(int burn) {
      return List.of(rate("mixed sizes", burn, plan(64, 256, OWN, 16, 16 << 10)));
    }
  },
  LARGE("large", "1 MB, one in flight on each of 4 connections; bytes of one direction") {
    @Override
    List<LoadRow> loads(int burn) {
      LoadPlan plan = plan(4, 4, OWN, 1 << 20, 1 << 20);
      return List.of(load("1 MB", burn, Metric.MEGABYTES, plan, 0));
    }
  },
  CHURN("churn", "Connect, one call of 1 KB, close; 16 connections at a time") {
    @Override
    List<LoadRow> loads(int burn) {
      LoadPlan plan = plan(16, 16, FRESH, 1 << 10, 1 << 10);
      return List.of(load("connect, call, close", burn, Metric.CONNECTIONS, plan, 0));
    }
  },
  LATENCY(
      "latency",
      "Latency on 100 connections, 1 KB, at shares of what the slowest of them can carry") {
    @Override
    List<LoadRow> loads(int burn) {
      LoadPlan plan = plan(100, 100, OWN, 1 << 10, 1 << 10);
      return List.of(
          load("25 % of capacity", burn, Metric.P99, plan, 0.25),
          load("50 % of capacity", burn, Metric.P99, plan, 0.50),
          load("75 % of capacity", burn, Metric.P99, plan, 0.75));
    }
  },
  BESIDE(
      "beside",
      "Calls without work, 2000 a second on 16 connections, beside 64 connections with work") {
    @Override
    List<LoadRow> loads(int burn) {
      LoadPlan light = plan(16, 16, OWN, 64, 64).withoutWork().at(2000);
      List<Row> rows =
          List.of(
              new Row(this, "without work, median", burn, Metric.MEDIAN),
              new Row(this, "without work, 99th percentile", burn, Metric.P99),
              new Row(this, "with work, rate", burn, Metric.BESIDE));
      return List.of(new LoadRow(rows, light, 0, plan(64, 64, OWN, 1 << 10, 1 << 10)));
    }

    @Override
    boolean isMadeWith(int burn, int first) {
      return burn > 0;
    }
  },
  CLIENTS("clients", "Clients: threads that call and wait, 1 KB, one server for all"),
  MUX_CLIENTS("mux-clients", "Clients that share 4 connections, 1 KB, one server for all"),
  FILES("files", "A file of 100 MB, which the system has in memory, to one client"),
  MEMORY("memory", "Memory a connection: live heap and native memory of the server"),
  STARTUP("startup", "From the launch of the process to the first answer");

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

  /** Its rows that the load measures, with handlers that compute for so many microseconds. */
  List<LoadRow> loads(int burn) {
    return List.of();
  }

  /**
   * Whether it is made with handlers that compute for so many microseconds.
   *
   * @param first the first of several burns, which those are made with that say nothing of work
   */
  boolean isMadeWith(int burn, int first) {
    return burn == first || this == LONG || this == IDLE || this == MUX;
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

  LoadRow rate(String name, int burn, LoadPlan plan) {
    return load(name, burn, Metric.REQUESTS, plan, 0);
  }

  LoadRow load(String name, int burn, Metric metric, LoadPlan plan, double share) {
    return new LoadRow(List.of(new Row(this, name, burn, metric)), plan, share, null);
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
