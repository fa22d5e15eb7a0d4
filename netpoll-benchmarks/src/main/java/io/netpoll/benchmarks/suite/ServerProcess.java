package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.Main;
import io.netpoll.benchmarks.StartUp;
import io.netpoll.benchmarks.rpc.Service;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A server in a process of its own, which ends with this object. One thread uses it. */
final class ServerProcess implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("^listening on (\\S+):(\\d+) ");
  private static final Pattern MEMORY = Pattern.compile("^heap=(\\d+) resident=(\\d+)$");

  /** Frames come back. */
  static final List<String> ECHO = List.of("--service", Service.ECHO.toString());

  /** What is published goes to all subscribers. */
  static final List<String> FAN_OUT = List.of("--service", "fanout");

  private final ChildProcess process;
  private final InetSocketAddress address;

  /**
   * Starts a server, and waits until it accepts.
   *
   * @param service what it does with requests: {@link #rpc}, {@link #ECHO} or {@link #file}
   * @throws IOException if it ended, or does not accept in time; the message is the last line that
   *     it wrote
   */
  ServerProcess(Entrant server, List<String> service) throws IOException {
    int port = server.isForeign() ? StartUp.freePort() : 0;
    List<String> words = new ArrayList<>(server.java());
    if (server.isForeign()) {
      words.add(Integer.toString(port));
    } else {
      words.addAll(List.of(Main.class.getName(), "peer"));
      words.addAll(server.words());
      words.addAll(List.of("--controlled", "--port", "0"));
      words.addAll(service);
    }
    process = new ChildProcess(server.name(), words);
    try {
      address = server.isForeign() ? reached(port) : announced();
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  private InetSocketAddress announced() throws IOException {
    Matcher listening = process.await(LISTENING);
    return new InetSocketAddress(listening.group(1), Integer.parseInt(listening.group(2)));
  }

  private InetSocketAddress reached(int port) throws IOException {
    StartUp.connect(process.process(), port, System.nanoTime()).close();
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
  }

  /** Messages are decoded, computed on, and answered. */
  static List<String> rpc(int burnMicros) {
    return List.of("--service", Service.RPC.toString(), "--burn-us", Integer.toString(burnMicros));
  }

  /** Messages are answered by four other threads. */
  static List<String> pooled(int burnMicros) {
    List<String> words = new ArrayList<>(rpc(burnMicros));
    words.addAll(List.of("--answers", "pool", "--pool-threads", "4"));
    return words;
  }

  /** Every byte that arrives is answered with a file. */
  static List<String> file(Path file) {
    return List.of("--file", file.toString());
  }

  /** Where it accepts. */
  InetSocketAddress address() {
    return address;
  }

  /** Its process. */
  long pid() {
    return process.process().pid();
  }

  /** Stops it. */
  void stop() throws IOException {
    process.stop();
  }

  /** Lets it go on. */
  void goOn() throws IOException {
    process.goOn();
  }

  /** Bytes of its live heap, and of what it has in memory, 0 if the system does not tell. */
  long[] memory() throws IOException {
    process.say("");
    Matcher answer = process.await(MEMORY);
    return new long[] {Long.parseLong(answer.group(1)), Long.parseLong(answer.group(2))};
  }

  @Override
  public void close() {
    process.close();
  }
}
