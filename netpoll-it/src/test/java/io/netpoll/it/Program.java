package io.netpoll.it;

import io.netpoll.testkit.Eventually;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import jnr.constants.platform.Signal;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;

/** A Java virtual machine of its own, run by a test. Closing it kills it. */
public final class Program implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  /** Options for programs that live for a moment. */
  private static final List<String> SOON_UP =
      List.of("-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC", "-Xshare:auto");

  /**
   * How a program ended.
   *
   * @param code its exit code
   * @param out the lines of its standard output
   * @param err the lines of its standard error
   */
  public record Outcome(int code, List<String> out, List<String> err) {}

  private final Process process;
  private final List<String> out = new CopyOnWriteArrayList<>();
  private final List<String> err = new CopyOnWriteArrayList<>();
  private final CompletableFuture<Optional<String>> firstLine = new CompletableFuture<>();
  private final Thread outReader;
  private final Thread errReader;

  private Program(List<String> command) throws IOException {
    process = new ProcessBuilder(command).start();
    process.getOutputStream().close();
    outReader = read(process.getInputStream(), out);
    errReader = read(process.getErrorStream(), err);
  }

  /** Starts {@code java} with these arguments. */
  public static Program java(List<String> arguments) throws IOException {
    return new Program(command(arguments));
  }

  /** Starts the {@code java} of a run-time image with these arguments. */
  static Program java(Path home, List<String> arguments) throws IOException {
    return new Program(command(home, arguments));
  }

  /** Starts {@code java} with these arguments, from a shell that has run a line before. */
  public static Program javaWithin(String line, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("sh", "-c", line + "; exec \"$@\"", "sh"));
    command.addAll(command(arguments));
    return new Program(command);
  }

  private static List<String> command(List<String> arguments) {
    return command(Path.of(System.getProperty("java.home")), arguments);
  }

  private static List<String> command(Path home, List<String> arguments) {
    List<String> command = new ArrayList<>();
    command.add(home.resolve("bin").resolve("java").toString());
    command.addAll(arguments);
    return command;
  }

  /** Starts a command of the examples jar. */
  static Program examples(String... arguments) throws IOException {
    List<String> all = new ArrayList<>(SOON_UP);
    all.addAll(List.of("-jar", System.getProperty("netpoll.examples.jar")));
    all.addAll(Arrays.asList(arguments));
    return new Program(command(all));
  }

  /** Waits for the first line on standard output. */
  public String firstLine() throws Exception {
    return firstLine
        .get(PATIENCE_SECONDS, TimeUnit.SECONDS)
        .orElseThrow(() -> new AssertionError("It ended without a word, and said: " + err));
  }

  /** Waits for a line on standard output. */
  void awaitLine(String line) {
    Eventually.holds(line, Duration.ofSeconds(PATIENCE_SECONDS), () -> out.contains(line));
  }

  public long pid() {
    return process.pid();
  }

  /** Sends SIGTERM. */
  void terminate() {
    process.toHandle().destroy(); // the process's own destroy() would also close its output
  }

  /** Sends a signal to this process alone. */
  void signal(Signal signal) throws IOException {
    POSIX posix = POSIXFactory.getNativePOSIX();
    if (posix.kill(pid(), signal.intValue()) != 0) {
      throw new IOException(signal + " was not sent, with errno " + posix.errno() + ".");
    }
  }

  /** Waits for the end. */
  public Outcome outcome() throws InterruptedException {
    if (!process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
      throw new AssertionError("It does not end. It said: " + out + err);
    }
    outReader.join();
    errReader.join();
    return new Outcome(process.exitValue(), List.copyOf(out), List.copyOf(err));
  }

  @Override
  public void close() {
    process.toHandle().destroyForcibly();
    Crew.await(outReader);
    Crew.await(errReader);
  }

  private Thread read(InputStream stream, List<String> lines) {
    Thread thread =
        new Thread(
            () -> {
              try (BufferedReader reader =
                  new BufferedReader(new InputStreamReader(stream, StandardCharsets.UTF_8))) {
                for (String line = reader.readLine(); line != null; line = reader.readLine()) {
                  lines.add(line);
                  if (lines == out) {
                    firstLine.complete(Optional.of(line));
                  }
                }
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              } finally {
                if (lines == out) {
                  firstLine.complete(Optional.empty());
                }
              }
            },
            "program-output");
    thread.setDaemon(true);
    thread.start();
    return thread;
  }
}
