package io.netpoll.examples;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.ShutdownReport;
import java.io.IOException;
import java.time.Duration;

/** What all server commands do: serve until the process is told to end, then shut down in order. */
final class Serving {
  private static final Duration GRACE = Duration.ofSeconds(10);

  private Serving() {}

  /** Serves, with ten seconds for connections to end in order. */
  static void until(EventLoop.Builder loop, PollerGroup group, AddressOptions address)
      throws Exception {
    until(loop, group, address, GRACE);
  }

  /**
   * Serves, and prints one line once it accepts.
   *
   * @param grace how long a shutdown waits for connections to end in order
   */
  static void until(
      EventLoop.Builder loop, PollerGroup group, AddressOptions address, Duration grace)
      throws Exception {
    try (Listener listener = listen(group, address);
        EventLoop server = loop.build()) {
      Termination termination = new Termination(server, grace);
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
  }

  private static Listener listen(PollerGroup group, AddressOptions options) throws Failure {
    String address = options.address();
    try {
      return Listener.builder().group(group).bind(options.network(), address);
    } catch (IOException | UnsupportedOperationException e) {
      throw new Failure(Sentences.because("Cannot listen on", address, e), e);
    }
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

    Termination(EventLoop server, Duration grace) {
      super("server-shutdown");
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
