package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.rpc.Service;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Clients that are compared with each other.
 *
 * @param scenario where
 * @param command the command of this jar that runs one
 * @param service what their server does
 * @param names their names in the tables, and the words that make them
 * @param shapes what each of them is measured with
 */
record Clients(
    Scenario scenario,
    String command,
    Service service,
    Map<String, List<String>> names,
    List<Shape> shapes) {

  /**
   * How many call on how many connections.
   *
   * @param title the name of the row
   */
  record Shape(String title, int callers, int connections) {}

  /** Callers that have connections of their own. */
  static Clients own() {
    Map<String, List<String>> names = threaded("ours", "netty-epoll", "netty-nio");
    names.put("jdk-virtual", List.of("jdk-virtual"));
    names.put("jdk-platform", List.of("jdk-platform"));
    return new Clients(
        Scenario.CLIENTS,
        "client",
        Service.RPC,
        names,
        List.of(
            new Shape("100 callers and connections", 100, 100),
            new Shape("400 callers and connections", 400, 400),
            new Shape("100 callers on 500 connections in turn", 100, 500)));
  }

  /** Callers that share four connections. */
  static Clients sharing() {
    return new Clients(
        Scenario.MUX_CLIENTS,
        "mux",
        Service.ECHO,
        threaded("ours", "netty-epoll"),
        List.of(
            new Shape("100 callers", 100, 4),
            new Shape("400 callers", 400, 4),
            new Shape("1000 callers", 1000, 4)));
  }

  private static Map<String, List<String>> threaded(String... clients) {
    Map<String, List<String>> names = new LinkedHashMap<>();
    for (String name : clients) {
      names.put(name + "-virtual", List.of(name, "--threads", "virtual"));
      names.put(name, List.of(name, "--threads", "platform"));
    }
    return names;
  }

  /** The arguments that run a client. */
  List<String> words(String name, Shape shape) {
    List<String> words = new ArrayList<>();
    words.add(command);
    words.addAll(names.get(name));
    words.addAll(List.of("--callers", Integer.toString(shape.callers())));
    words.addAll(List.of("--connections", Integer.toString(shape.connections())));
    if (service == Service.RPC) {
      words.addAll(List.of("--service", service.toString()));
    }
    return words;
  }
}
