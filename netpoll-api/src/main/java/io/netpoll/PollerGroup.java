package io.netpoll;

import io.netpoll.spi.EngineProvider;
import java.util.List;

/**
 * A few poll loops that watch connections, and the rules by which they work: backend, number of
 * loops, load balancing, execution of handlers. Servers and clients may share one.
 *
 * <p>Instances are thread-safe. All threads of a group are daemon threads, named {@code
 * netpoll-GROUP-…}.
 */
public interface PollerGroup extends AutoCloseable {

  /**
   * The group that listeners and dialers use when they are given none. Made at the first call, with
   * the settings of these system properties: {@code io.netpoll.poller} (name of a backend), {@code
   * io.netpoll.loops} (a number), {@code io.netpoll.loadBalance} (name of a {@link LoadBalance}),
   * {@code io.netpoll.execution} ({@code adaptive}, {@code workers}, {@code virtual} or {@code
   * inline}). It is never closed: {@link #close()} on it is refused.
   *
   * @return the shared group
   * @throws PollerUnavailableException if no backend can be used
   * @throws IllegalArgumentException if a property has no such value
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static PollerGroup shared() throws PollerUnavailableException {
    return Services.require(EngineProvider.class, "netpoll-core").sharedGroup();
  }

  /**
   * Starts to describe a group.
   *
   * @return a builder
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Builder builder() {
    return Services.require(EngineProvider.class, "netpoll-core").group();
  }

  /**
   * The name of the backend in use.
   *
   * @return for example {@code nio}
   */
  String backend();

  /**
   * Where handlers run.
   *
   * @return the execution mode
   */
  Execution execution();

  /**
   * How many loops new connections are spread over.
   *
   * @return at least 1
   */
  int loops();

  /**
   * Changes the number of loops. Connections stay where they are: a removed loop gets no new ones
   * and ends with its last, and with the {@link Listener.Builder#reusePort} listeners that it
   * accepts for.
   *
   * @param loops at least 1
   * @throws IllegalArgumentException if {@code loops} is less than 1
   * @throws IllegalStateException if the group is closed, or the system has no resources for
   *     another loop; the number is unchanged then
   */
  void setLoops(int loops);

  /**
   * How new connections are spread.
   *
   * @return the rule
   */
  LoadBalance loadBalance();

  /**
   * Changes how new connections are spread. Connections stay where they are.
   *
   * @param loadBalance the new rule
   */
  void setLoadBalance(LoadBalance loadBalance);

  /**
   * The number of connections that are open now.
   *
   * @return zero or more
   */
  int connections();

  /**
   * What the loops have done since they were started. Reading it disturbs no loop and waits for
   * none, also not for one whose handler holds it; the difference of two readings gives rates.
   *
   * @return one entry for each loop that has not ended, in the order of {@link LoopStats#number};
   *     those that {@link #setLoops} has removed are among them while they serve connections
   */
  List<LoopStats> loopStats();

  /**
   * Resets all connections, closes all listeners, also those that nobody serves, and waits until
   * the loops have ended, for some seconds at most; shut down servers first to let them end in
   * order. Called by a handler, it does not wait for that one, and in inline execution for nothing.
   * A handler that does not return is not waited for. In inline execution it holds its loop, which
   * resets its connections, closes what it listens at and ends when the handler returns; this
   * method waits for such a loop for one second. Further calls wait in the same way.
   *
   * @throws IllegalStateException for the shared group
   */
  @Override
  void close();

  /**
   * Describes a {@link PollerGroup}. Not thread-safe.
   *
   * <p>The threads of a group inherit nothing from the thread that builds it: neither thread-locals
   * nor an access-control context nor a context class loader. An executor of the user's is called
   * with the context class loader that the thread has which builds the group.
   */
  interface Builder {

    /**
     * Sets the name that the group's threads carry. A number by default.
     *
     * @param name any text
     * @return this builder
     */
    Builder name(String name);

    /**
     * Sets the backend. By default the one that the system property {@code io.netpoll.poller}
     * names, else the available one of highest priority.
     *
     * @param backend a name, for example {@code epoll} or {@code nio}
     * @return this builder
     */
    Builder backend(String backend);

    /**
     * Sets the number of loops. By default the number of processors in adaptive and inline
     * execution, and one for every twenty processors and one more where handlers run elsewhere.
     *
     * @param loops at least 1
     * @return this builder
     */
    Builder loops(int loops);

    /**
     * Sets how new connections are spread. {@link LoadBalance#ROUND_ROBIN} by default.
     *
     * @param loadBalance the rule
     * @return this builder
     */
    Builder loadBalance(LoadBalance loadBalance);

    /**
     * Sets where handlers run. {@link Execution#adaptive()} by default.
     *
     * @param execution the execution mode
     * @return this builder
     */
    Builder execution(Execution execution);

    /**
     * Makes the group and starts its loops.
     *
     * @return an open group
     * @throws PollerUnavailableException if the backend is not on the path or cannot be used here;
     *     the message lists every backend seen and why each was refused
     * @throws IllegalArgumentException if this JDK lacks the execution mode
     */
    PollerGroup build() throws PollerUnavailableException;
  }
}
