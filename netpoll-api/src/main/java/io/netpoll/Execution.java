package io.netpoll;

import java.util.Objects;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;

/**
 * Where the handlers of a {@link PollerGroup} run.
 *
 * <table>
 *   <caption>The modes</caption>
 *   <tr><th>mode</th><th>a handler runs</th><th>when it must wait</th></tr>
 *   <tr><td>{@link #adaptive()}</td><td>on the poll loop's own thread</td>
 *       <td>the loop moves to another thread</td></tr>
 *   <tr><td>{@link #workers()}</td><td>on a pool of daemon threads that grows as needed</td>
 *       <td>it parks its thread</td></tr>
 *   <tr><td>{@link #workers(Executor)}</td><td>on an executor of the user's</td>
 *       <td>it parks its thread</td></tr>
 *   <tr><td>{@link #virtualThreads()}</td><td>on a virtual thread (JDK 21 or newer)</td>
 *       <td>it parks</td></tr>
 *   <tr><td>{@link #inline()}</td><td>on the poll loop's own thread</td>
 *       <td>{@link InlineWaitException}</td></tr>
 * </table>
 */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public final class Execution {

  /** The kinds of execution. */
  public enum Mode {
    /** On the poll loop's own thread, which passes the loop on when it must wait. */
    ADAPTIVE,
    /** On a pool of threads or an executor. */
    WORKERS,
    /** On virtual threads. */
    VIRTUAL,
    /** On the poll loop's own thread. */
    INLINE;

    /**
     * The name used on command lines and in properties.
     *
     * @return in lower case
     */
    public String label() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }

  private static final Execution ADAPTIVE = new Execution(Mode.ADAPTIVE, null);
  private static final Execution POOL = new Execution(Mode.WORKERS, null);
  private static final Execution VIRTUAL = new Execution(Mode.VIRTUAL, null);
  private static final Execution INLINE = new Execution(Mode.INLINE, null);

  private final Mode mode;
  private final @Nullable Executor executor;

  private Execution(Mode mode, @Nullable Executor executor) {
    this.mode = mode;
    this.executor = executor;
  }

  /**
   * Handlers run on the poll loop's own thread, as fast as {@link #inline()}, and may wait all the
   * same: before a handler waits, the loop passes to another thread, and the handler keeps this
   * one. A handler that computes for long, or waits for something else, is overtaken after a few
   * milliseconds. Connections whose handlers hold their threads for long start on virtual threads
   * at once (on JDK 17 to 20, on a pool as that of {@link #workers()}).
   *
   * <p>Beside one thread for each loop and one that waits to take over, at most 256 threads (system
   * property {@code io.netpoll.maxHeldThreads}) are held by waiting handlers; past that, handlers
   * start on virtual threads or the pool.
   *
   * @return the mode
   */
  public static Execution adaptive() {
    return ADAPTIVE;
  }

  /**
   * Handlers run on a pool that belongs to the group: it grows to 2000 threads (system property
   * {@code io.netpoll.maxWorkers}), past which handlers queue; threads end after 30 s without work.
   *
   * @return the mode
   */
  public static Execution workers() {
    return POOL;
  }

  /**
   * Handlers run on an executor of the user's, who also ends it, after the group.
   *
   * @param executor runs tasks on threads other than the caller's; a task that it rejects is
   *     offered again a little later
   * @return the mode
   */
  public static Execution workers(Executor executor) {
    return new Execution(Mode.WORKERS, Objects.requireNonNull(executor, "executor"));
  }

  /**
   * Handlers run on virtual threads, one for each busy connection. Needs JDK 21: a group with this
   * mode cannot be built on an older one.
   *
   * @return the mode
   */
  public static Execution virtualThreads() {
    return VIRTUAL;
  }

  /**
   * Handlers run on the poll loop's own thread and promise never to wait for long: everything else
   * on that loop waits meanwhile. The fastest mode for handlers that only compute a little.
   *
   * @return the mode
   */
  public static Execution inline() {
    return INLINE;
  }

  /**
   * The kind of this execution.
   *
   * @return the mode
   */
  public Mode mode() {
    return mode;
  }

  /**
   * The user's executor.
   *
   * @return the executor given to {@link #workers(Executor)}, else null
   */
  public @Nullable Executor executor() {
    return executor;
  }

  /**
   * The mode's name.
   *
   * @return as {@link Mode#label()}
   */
  @Override
  public String toString() {
    return mode.label();
  }
}
