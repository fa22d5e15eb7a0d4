package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.Guard;
import io.netpoll.benchmarks.Main;
import io.netpoll.benchmarks.rpc.Service;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A server in a process of its own, which ends with this object, and by itself when this process is
 * gone. One thread uses it.
 */
final class ServerProcess implements AutoCloseable {
  private static final Pattern LISTENING = Pattern.compile("listening on (\\S+):(\\d+) .*");
  private static final Pattern MEMORY = Pattern.compile("heap=(\\d+) resident=(\\d+)");
  private static final long PATIENCE_SECONDS = 5;

  private static final Duration ANSWER = Duration.ofSeconds(30);

  /** Frames come back. */
  static final List<String> ECHO = List.of("--service", Service.ECHO.toString());

  private final Process process;
  private final BufferedReader output;
  private final InetSocketAddress address;

  /**
   * Starts a server, and waits until it accepts.
   *
   * @param java a java command
   * @param service what it does with requests: {@link #rpc}, {@link #ECHO} or {@link #file}
   * @throws IOException if it ended, or does not accept in time; the message is the last line that
   *     it wrote
   */
  ServerProcess(List<String> java, Contestant server, List<String> service) throws IOException {
    List<String> words = new ArrayList<>(java);
    words.addAll(List.of(Main.class.getName(), "peer"));
    words.addAll(server.words());
    words.addAll(List.of("--controlled", "--port", "0"));
    words.addAll(service);
    process = new ProcessBuilder(words).redirectErrorStream(true).start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    try {
      Matcher listening = await(LISTENING, server.name());
      address = new InetSocketAddress(listening.group(1), Integer.parseInt(listening.group(2)));
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** Messages are decoded, computed on, and answered. */
  static List<String> rpc(int burnMicros) {
    return List.of("--service", Service.RPC.toString(), "--burn-us", Integer.toString(burnMicros));
  }

  /** Every byte that arrives is answered with a file. */
  static List<String> file(Path file) {
    return List.of("--file", file.toString());
  }

  private Matcher await(Pattern pattern, String name) throws IOException {
    String last = "it ended, or was ended after " + ANSWER.toSeconds() + " s, without a word";
    Guard guard = new Guard(process, ANSWER);
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        Matcher matcher = pattern.matcher(line);
        if (matcher.matches()) {
          return matcher;
        }
        last = line;
      }
    } finally {
      guard.release();
    }
    throw new IOException(name + ": " + last);
  }

  /** Where it accepts. */
  InetSocketAddress address() {
    return address;
  }

  /** Its process. */
  long pid() {
    return process.pid();
  }

  /** Bytes of its live heap, and of what it has in memory, 0 if the system does not tell. */
  long[] memory() throws IOException {
    OutputStream questions = process.getOutputStream();
    questions.write('\n');
    questions.flush();
    Matcher answer = await(MEMORY, "memory");
    return new long[] {Long.parseLong(answer.group(1)), Long.parseLong(answer.group(2))};
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
      }
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
    }
  }
}
