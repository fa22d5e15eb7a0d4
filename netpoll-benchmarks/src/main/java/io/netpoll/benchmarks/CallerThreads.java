package io.netpoll.benchmarks;

import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** Which threads call. */
enum CallerThreads {
  VIRTUAL("virtual"),
  PLATFORM("platform");

  private final String word;

  CallerThreads(String word) {
    this.word = word;
  }

  /**
   * Makes an executor that starts a thread of this kind for every task.
   *
   * @throws UnsupportedOperationException if this JDK has none
   */
  ExecutorService executor() {
    return this == VIRTUAL ? VirtualThreads.executor() : Executors.newCachedThreadPool();
  }

  @Override
  public String toString() {
    return word;
  }
}
