package io.netpoll.benchmarks.suite;

import io.netpoll.benchmarks.Guard;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import jnr.constants.platform.Signal;
import jnr.posix.POSIX;
import jnr.posix.POSIXFactory;

/**
 * A process that is asked in lines and can be stopped for a while. It ends with this object; a peer
 * that is not stopped ends by itself when this process is gone. One thread uses it.
 */
final class ChildProcess implements AutoCloseable {
  private static final POSIX SYSTEM = POSIXFactory.getNativePOSIX();
  private static final long PATIENCE_SECONDS = 5;
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final String name;
  private final Process process;
  private final BufferedReader output;

  ChildProcess(String name, List<String> command) throws IOException {
    this.name = name;
    process = new ProcessBuilder(command).redirectErrorStream(true).start();
    output =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
  }

  Process process() {
    return process;
  }

  /** Stops it. */
  void stop() throws IOException {
    signal(Signal.SIGSTOP);
  }

  /** Lets it go on. */
  void goOn() throws IOException {
    signal(Signal.SIGCONT);
  }

  private void signal(Signal signal) throws IOException {
    if (SYSTEM.kill((int) process.pid(), signal.intValue()) != 0 || !process.isAlive()) {
      throw new IOException(name + " has ended.");
    }
  }

  /** Writes a line to it. */
  void say(String line) throws IOException {
    OutputStream input = process.getOutputStream();
    input.write((line + '\n').getBytes(StandardCharsets.UTF_8));
    input.flush();
  }

  /**
   * Reads up to a line of some form.
   *
   * @throws IOException if it ended, or was silent for 30 s; the message has its last line
   */
  Matcher await(Pattern pattern) throws IOException {
    String last = "it ended, or was ended after " + ANSWER.toSeconds() + " s, without a word";
    Guard guard = new Guard(process, ANSWER);
    try {
      for (String line = output.readLine(); line != null; line = output.readLine()) {
        Matcher matcher = pattern.matcher(line);
        if (matcher.find()) {
          return matcher;
        }
        last = line;
      }
    } finally {
      guard.release();
    }
    throw new IOException(name + ": " + last);
  }

  @Override
  public void close() {
    process.destroy();
    SYSTEM.kill((int) process.pid(), Signal.SIGCONT.intValue()); // or it would not see the end
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
