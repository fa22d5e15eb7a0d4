package io.netpoll.examples;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.ShutdownReport;
import java.io.IOException;
import java.time.Duration;

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
   */
  static void serve(
      String name, EventLoop server, Listener listener, PollerGroup group, Duration grace)
      throws IOException, InterruptedException {
    Termination termination = new Termination(name, server, grace);
    Runtime.getRuntime().addShutdownHook(termination);
    // The kernel has been queueing connections since the listener was bound.
    System.out.println(
        "listening on "
            + AddressOptions.describe(listener.localAddress())
            + " "
            + GroupOptions.describe(group));
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
    private volatile boolean begun;
    private volatile boolean failed;

    Termination(String name, EventLoop server, Duration grace) {
      super(name + "-shutdown");
      this.server = server;
      this.grace = grace;
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
