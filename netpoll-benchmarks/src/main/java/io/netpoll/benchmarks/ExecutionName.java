package io.netpoll.benchmarks;

import io.netpoll.Execution;

/** Our execution modes, by the names of the command line. */
enum ExecutionName {
  ADAPTIVE("adaptive"),
  VIRTUAL("virtual"),
  WORKERS("workers"),
  INLINE("inline");

  private final String word;

  ExecutionName(String word) {
    this.word = word;
  }

  Execution execution() {
    return switch (this) {
      case ADAPTIVE -> Execution.adaptive();
      case VIRTUAL -> Execution.virtualThreads();
      case WORKERS -> Execution.workers();
      case INLINE -> Execution.inline();
    };
  }

  @Override
  public String toString() {
    return word;
  }
}
