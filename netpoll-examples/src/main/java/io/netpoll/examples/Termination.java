package io.netpoll.examples;

import io.netpoll.EventLoop;
import io.netpoll.ShutdownReport;
import java.time.Duration;

/**
 * The shutdown hook: it ends the process by itself, because the virtual machine would give a
 * process that was ended by a signal an exit code of its own.
 */
final class Termination extends Thread {
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
