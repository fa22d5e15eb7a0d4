package io.netpoll.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Fails a test of a peer behind which threads are left that it has started. */
final class EndedThreads implements BeforeEachCallback, AfterEachCallback {
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private Set<Thread> before = Set.of();

  @Override
  public void beforeEach(ExtensionContext context) {
    before = threads();
  }

  @Override
  public void afterEach(ExtensionContext context) {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!started().isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(started()).isEmpty();
  }

  private Set<String> started() {
    return threads().stream()
        .filter(thread -> !before.contains(thread))
        .map(Thread::getName)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** All platform threads but those that are shared by all peers, which outlive one. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .filter(thread -> !isShared(thread.getName()))
        .collect(Collectors.toSet());
  }

  private static boolean isShared(String name) {
    return Stream.of(
            "ForkJoinPool-",
            "VirtualThread-",
            "Read-Poller",
            "Write-Poller",
            "Read-Updater",
            "Write-Updater",
            "MasterPoller",
            "Common-Cleaner",
            "process reaper",
            "globalEventExecutor",
            "netpoll-leader-",
            "netpoll-watch-dog",
            "Cleaner-",
            "junit-")
        .anyMatch(name::startsWith);
  }
}
