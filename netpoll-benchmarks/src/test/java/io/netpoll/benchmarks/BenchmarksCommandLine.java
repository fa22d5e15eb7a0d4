package io.netpoll.benchmarks;

import picocli.CommandLine;

/** Lets tests of other packages use the command line. */
public final class BenchmarksCommandLine {
  private BenchmarksCommandLine() {}

  /** The command line, ready to execute. */
  public static CommandLine make() {
    return Main.commandLine();
  }
}
