package io.netpoll;

import io.netpoll.spi.ClientProvider;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Connections to one server: dialled when they are needed, lent to one user at a time, and kept for
 * the next.
 *
 * <pre>{@code
 * try (ConnectionPool pool = ConnectionPool.builder("tcp", "db:5432").maxConnections(8).build()) {
 *   try (ConnectionPool.Lease lease = pool.acquire()) {
 *     Connection connection = lease.connection();
 *     ...
 *   }
 * }
 * }</pre>
 *
 * <h2>What is lent</h2>
 *
 * The idle connection that was used last, if one is there, else one that comes free or is dialled,
 * whichever is first. A connection that is not {@linkplain Connection#isActive() active}, or has
 * received bytes while it was idle, is never lent: a poller watches idle connections, and one that
 * the peer closes leaves the pool at once. Callers that must wait are served in the order in which
 * they came. A dial that fails fails the first of them, and as many dials are under way as there
 * are callers waiting and room for connections.
 *
 * <h2>What is kept</h2>
 *
 * A connection whose lease ends is kept unless it is closed or failed, a read or flush on it timed
 * out or was interrupted, bytes are left that were received and not read, or written and not
 * flushed, {@link Lease#discard()} was called, or it is older than {@link Builder#maxLife}; then it
 * is {@linkplain Connection#close() closed}. What else its user changed stays: timeouts, options,
 * callbacks, the attachment.
 *
 * <p>Instances are thread-safe. They have no threads of their own, and no timer while nothing is
 * due.
 */
public interface ConnectionPool extends AutoCloseable {

  /**
   * Starts to describe a pool.
   *
   * @param network as in {@link Dialer#dial}
   * @param address as in {@link Dialer#dial}
   * @return a builder
   * @throws IllegalArgumentException for an unknown network or an address that has not its form
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Builder builder(String network, String address) {
    return Services.require(ClientProvider.class, "netpoll-client")
        .connectionPool(network, address);
  }

  /**
   * Acquires a connection, within {@link Builder#acquireTimeout}.
   *
   * @return a lease, to be closed by its user
   * @throws IOException as {@link #acquire(Duration)} does
   */
  Lease acquire() throws IOException;

  /**
   * Acquires a connection. Blocks until one is idle or dialled; a handler may call it.
   *
   * @param timeout the longest wait; {@link Duration#ZERO} takes one that is idle now or fails, and
   *     what it has dialled is kept for others
   * @return a lease, to be closed by its user
   * @throws AcquireTimeoutException if the time is over
   * @throws PoolClosedException if the pool is closed, also while this waits
   * @throws java.io.InterruptedIOException if the thread is interrupted; its interrupt flag stays
   *     set
   * @throws IOException if dialling failed, as {@link Dialer} says
   * @throws InlineWaitException if this would have to wait in a handler in inline execution
   * @throws IllegalArgumentException if {@code timeout} is negative
   */
  Lease acquire(Duration timeout) throws IOException;

  /**
   * Acquires a connection without blocking.
   *
   * @param timeout as in {@link #acquire(Duration)}
   * @return completed at once if a connection is idle, else where the {@link Execution} of the
   *     dialer's group runs handlers; with a lease, or an exception of {@link #acquire(Duration)}.
   *     Once it is cancelled, or completed in another way, the caller waits no longer
   * @throws IllegalArgumentException if {@code timeout} is negative
   */
  CompletableFuture<Lease> acquireAsync(Duration timeout);

  /**
   * How many connections and callers there are now.
   *
   * @return numbers of one moment
   */
  Counts counts();

  /**
   * Closes the pool: those who wait fail, idle connections and dials are closed, those that are
   * lent as soon as they are returned. Blocks until all are returned, and resets at the deadline
   * what is not. Called by a handler in inline execution it does not wait, and the deadline is kept
   * all the same. If the waiting thread is interrupted, what is lent is reset at once, and its
   * interrupt flag stays set. Further calls wait in the same way.
   *
   * @param deadline how long to wait; {@link Duration#ZERO} resets what is lent at once
   * @return whether everything was returned before
   * @throws IllegalArgumentException if {@code deadline} is negative
   */
  boolean close(Duration deadline);

  /** Closes with a deadline of ten seconds. */
  @Override
  default void close() {
    close(Duration.ofSeconds(10));
  }

  /**
   * A connection that is lent. Its user works with the connection from one thread or several, and
   * closes the lease when all of that is over: from then on it belongs to somebody else.
   */
  interface Lease extends AutoCloseable {

    /**
     * The connection.
     *
     * @return always the same one
     * @throws IllegalStateException if the lease has ended
     */
    Connection connection();

    /** Ends the lease and closes the connection. Does nothing if the lease has ended. */
    void discard();

    /**
     * Ends the lease: the connection is kept, or closed as the class comment of {@link
     * ConnectionPool} says. Never waits. Does nothing if the lease has ended.
     */
    @Override
    void close();
  }

  /**
   * How many connections and callers a pool has.
   *
   * @param idle connections that nobody uses
   * @param leased connections that are lent
   * @param dialling connections that are being established
   * @param waiting callers that wait for one
   */
  record Counts(int idle, int leased, int dialling, int waiting) {}

  /** Describes a {@link ConnectionPool}. Not thread-safe. */
  interface Builder {

    /**
     * Sets what opens the connections. {@link Dialer#create()} by default.
     *
     * @param dialer one of this library's, without {@link Dialer.Builder#halfClose}
     * @return this builder
     */
    Builder dialer(Dialer dialer);

    /**
     * Sets how many connections are kept however long they are idle. They are dialled when the pool
     * is made and when others are lost; where that fails it is tried again after a second, and
     * after twice that each further time, up to half a minute. 0 by default.
     *
     * @param connections from 0 to the maximum, which {@link #build} checks
     * @return this builder
     */
    Builder minConnections(int connections);

    /**
     * Sets how many connections there may be, those that are being dialled included. 16 by default.
     *
     * @param connections at least 1
     * @return this builder
     */
    Builder maxConnections(int connections);

    /**
     * Sets after which time an idle connection is closed. One minute by default.
     *
     * @param age {@link Duration#ZERO} for never
     * @return this builder
     */
    Builder maxIdleAge(Duration age);

    /**
     * Sets after which time a connection is closed, once it is not lent. Never by default.
     *
     * @param life counted from its establishment; {@link Duration#ZERO} for never
     * @return this builder
     */
    Builder maxLife(Duration life);

    /**
     * Sets how long {@link ConnectionPool#acquire()} waits. 30 s by default.
     *
     * @param timeout the longest wait; {@link Duration#ZERO} for a connection that is idle now
     * @return this builder
     */
    Builder acquireTimeout(Duration timeout);

    /**
     * Sets how long dialling a connection may take. 10 s by default.
     *
     * @param timeout positive
     * @return this builder
     */
    Builder dialTimeout(Duration timeout);

    /**
     * Sets who learns what the pool does. Nobody by default.
     *
     * @param listener for metrics
     * @return this builder
     */
    Builder listener(PoolListener listener);

    /**
     * Makes the pool, and starts to dial its minimum of connections.
     *
     * @return an open pool
     * @throws PollerUnavailableException if no backend can be used
     * @throws IllegalArgumentException if the minimum is above the maximum, or the dialer does not
     *     fit
     */
    ConnectionPool build() throws PollerUnavailableException;
  }
}
