package io.netpoll.examples;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.ShutdownReport;
import io.netpoll.examples.top.Probe;
import io.netpoll.examples.top.StatsServer;
import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The life of a server command: it says where it listens, serves until the process is told to end,
 * and then shuts down gracefully and says how that went.
 */
final class ServerRun {
  private ServerRun() {}

  /**
   * Binds a listener.
   *
   * @param group whose pollers accept
   * @param options the checked address
   * @throws Failure if the address cannot be had, with a sentence for the user
   */
  static Listener listen(PollerGroup group, AddressOptions options) throws Failure {
    String address = options.address();
    try {
      return Listener.builder().group(group).bind(options.network(), address);
    } catch (IOException | UnsupportedOperationException e) {
      throw new Failure(Sentences.because("Cannot listen on", address, e), e);
    }
  }

  /**
   * Serves until the process is told to end; then the process ends with code 0 if every connection
   * was drained within the grace period.
   *
   * @param name what the command is called
   * @throws IOException if accepting failed for good
   * @throws Failure if the address of the stats cannot be had, with a sentence for the user
   */
  static void serve(
      String name, EventLoop server, Listener listener, PollerGroup group, ServerOptions options)
      throws IOException, InterruptedException, Failure, PollerUnavailableException {
    StatsServer stats = options.openStats(new Probe(name, server, group));
    Termination termination = new Termination(name, server, options.grace(), stats);
    Runtime.getRuntime().addShutdownHook(termination);
    // The kernel has been queueing connections since the listener was bound.
    System.out.println(
        "listening on "
            + AddressOptions.describe(listener.localAddress())
            + " "
            + GroupOptions.describe(group));
    if (stats != null) {
      System.out.println("stats at " + AddressOptions.describe(stats.address()));
    }
    System.out.flush();
    try {
      server.serve(listener);
    } catch (IOException | IllegalStateException e) {
      termination.servingFailed();
      throw e;
    }
    termination.servingEnded();
  }

  /**
   * The shutdown hook: it ends the process by itself, because the virtual machine would give a
   * process that was ended by a signal an exit code of its own.
   */
  private static final class Termination extends Thread {
    private final EventLoop server;
    private final Duration grace;
    private final @Nullable StatsServer stats;
    private volatile boolean begun;
    private volatile boolean failed;

    Termination(String name, EventLoop server, Duration grace, @Nullable StatsServer stats) {
      super(name + "-shutdown");
      this.server = server;
      this.grace = grace;
      this.stats = stats;
    }

    @Override
    public void run() {
      begun = true;
      ShutdownReport report = server.shutdown(grace);
      System.out.println(
          "shut down: "
              + report.drained()
              + " connections drained, "
              + report.aborted()
              + " aborted");
      System.out.flush();
      if (stats != null) {
        stats.close();
      }
      Runtime.getRuntime().halt(report.clean() && !failed ? 0 : Sentences.FAILED);
    }

    /** Serving ended with an exception: a failure, unless the shutdown overtook it. */
    void servingFailed() throws InterruptedException {
      servingEnded();
      failed = true;
    }

    /** Lets the hook end the process if a shutdown is what ended serving. */
    void servingEnded() throws InterruptedException {
      if (begun) {
        join();
      }
    }
  }
}
