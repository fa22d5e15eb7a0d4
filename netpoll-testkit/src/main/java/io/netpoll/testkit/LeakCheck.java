package io.netpoll.testkit;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;

/**
 * Fails a test class that leaves behind more threads named {@code netpoll-…}, or more descriptors,
 * than there were before it. What is on its way out has 20 seconds to go.
 *
 * <p>Use it with {@code @ExtendWith(LeakCheck.class)} on the class. Where threads that the process
 * shares may stay, register it in a static field instead:
 *
 * <pre>
 * &#64;RegisterExtension
 * static final LeakCheck LEAKS = LeakCheck.ignoringThreads("netpoll-spare");
 * </pre>
 */
public final class LeakCheck implements BeforeAllCallback, AfterAllCallback {
  private static final Namespace NAMESPACE = Namespace.create(LeakCheck.class);
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final List<String> ignoredThreads;
  private final Duration patience;

  /** Checks all threads and descriptors. */
  public LeakCheck() {
    this(List.of(), PATIENCE);
  }

  private LeakCheck(List<String> ignoredThreads, Duration patience) {
    this.ignoredThreads = ignoredThreads;
    this.patience = patience;
  }

  /**
   * Makes a check that some threads pass.
   *
   * @param prefixes how the names of those threads start
   * @return an extension for a static field
   */
  public static LeakCheck ignoringThreads(String... prefixes) {
    return new LeakCheck(List.of(prefixes), PATIENCE);
  }

  /** With less patience, for the test of this class. */
  LeakCheck waiting(Duration patience) {
    return new LeakCheck(ignoredThreads, patience);
  }

  @Override
  public void beforeAll(ExtensionContext context) {
    ThreadsAndDescriptors.openWhatTheJdkKeeps();
    context.getStore(NAMESPACE).put(key(context), now());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    ThreadsAndDescriptors before =
        context.getStore(NAMESPACE).remove(key(context), ThreadsAndDescriptors.class);
    if (before != null) {
      check(before, context.getDisplayName());
    }
  }

  ThreadsAndDescriptors now() {
    return ThreadsAndDescriptors.now(ignoredThreads);
  }

  void check(ThreadsAndDescriptors before, String who) {
    long deadline = System.nanoTime() + TimeUnit.NANOSECONDS.convert(patience);
    List<String> leaked = now().beyond(before);
    while (!leaked.isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(10_000_000);
      leaked = now().beyond(before);
    }
    if (!leaked.isEmpty()) {
      throw new AssertionError(who + " left behind:\n- " + String.join("\n- ", leaked));
    }
  }

  private static String key(ExtensionContext context) {
    return context.getUniqueId();
  }
}
