package io.netpoll;

import io.netpoll.spi.ClientProvider;
import io.netpoll.spi.Filter;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Opens connections to servers.
 *
 * <p>Instances are immutable and thread-safe. The methods that return a {@link Connection} block
 * the caller until it is established or the timeout is over; those that return a future never
 * block. A handler may dial; in inline execution only in the second way, as the first one throws
 * {@link InlineWaitException} there.
 *
 * <p>The timeout covers everything: looking the name up (with the {@link Builder#resolver}, on a
 * helper thread) and connecting. A host's addresses are tried in the order of RFC 8305: that of the
 * resolver, but IPv6 and IPv4 in turn, beginning with the family of the first one. The next one is
 * tried as soon as the newest attempt has failed, or beside it after the {@linkplain
 * Builder#attemptDelay attempt delay}. The first connection that is established wins; the other
 * attempts are closed.
 *
 * <p>A Unix-domain socket whose queue of connections to be accepted is full is dialled again until
 * there is room, or the time is over. Where TCP connects a socket with itself, as it may where
 * nobody listens at an ephemeral port of this machine, that address counts as one that failed.
 *
 * <p>All dialling methods throw, or complete their future with,
 *
 * <ul>
 *   <li>{@link DialTimeoutException} when the time is over;
 *   <li>{@link java.net.UnknownHostException} when the name has no address that can be dialled;
 *   <li>{@link java.net.ConnectException} when every address failed;
 *   <li>{@link IOException} when the resolver failed otherwise, or the group is closed.
 * </ul>
 *
 * The messages name the address, the time spent and what became of each address; what the system
 * said is the cause or, where several addresses failed, the suppressed exceptions. The stack trace
 * of what a method throws is that of its caller.
 *
 * <p>They throw at once, also those that return a future,
 *
 * <ul>
 *   <li>{@link IllegalArgumentException} for an unknown network, an address that has not its form,
 *       a local address that is not resolved, or not of the server's version of IP, or a timeout
 *       that is not positive;
 * </ul>
 *
 * and in either way {@link UnsupportedOperationException} for an option or a kind of socket that
 * the backend lacks. Those that block throw {@link java.io.InterruptedIOException} when the calling
 * thread is interrupted; its interrupt flag stays set.
 */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public interface Dialer {

  /**
   * Opens a connection with default settings, on the {@linkplain PollerGroup#shared() shared
   * group}.
   *
   * @param network {@code tcp}, {@code tcp4}, {@code tcp6} or {@code unix}
   * @param address {@code host:port} ({@code [::1]:port} for IPv6), or the path of a Unix-domain
   *     socket
   * @param timeout the longest wait, positive
   * @return an open connection
   * @throws IOException as the class comment says
   */
  static Connection dial(String network, String address, Duration timeout) throws IOException {
    return create().connect(network, address, timeout);
  }

  /**
   * Opens a TCP connection with default settings.
   *
   * @param local the local address, or null for any
   * @param remote the server's address; resolved if it is not
   * @param timeout the longest wait, positive
   * @return an open connection
   * @throws IOException as the class comment says
   */
  static Connection dialTcp(
      @Nullable InetSocketAddress local, InetSocketAddress remote, Duration timeout)
      throws IOException {
    return create().connectTcp(local, remote, timeout);
  }

  /**
   * Opens a connection to a Unix-domain socket with default settings.
   *
   * @param local the local path, or null for none
   * @param remote the server's path
   * @param timeout the longest wait, positive
   * @return an open connection
   * @throws IOException as the class comment says
   */
  static Connection dialUnix(
      @Nullable UnixDomainSocketAddress local, UnixDomainSocketAddress remote, Duration timeout)
      throws IOException {
    return create().connectUnix(local, remote, timeout);
  }

  /**
   * A dialer with default settings.
   *
   * @return a dialer
   */
  static Dialer create() {
    return builder().build();
  }

  /**
   * Starts to describe a dialer.
   *
   * @return a builder
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Builder builder() {
    return Services.require(ClientProvider.class, "netpoll-client").dialer();
  }

  /**
   * Opens a connection.
   *
   * @param network as in {@link #dial}
   * @param address as in {@link #dial}
   * @param timeout the longest wait, positive
   * @return an open connection
   * @throws IOException as the class comment says
   */
  Connection connect(String network, String address, Duration timeout) throws IOException;

  /**
   * Opens a TCP connection.
   *
   * @param local the local address, or null for any; one with a port of its own gets {@code
   *     SO_REUSEADDR}, where the backend has it
   * @param remote the server's address; resolved if it is not
   * @param timeout the longest wait, positive
   * @return an open connection
   * @throws IOException as the class comment says
   */
  Connection connectTcp(
      @Nullable InetSocketAddress local, InetSocketAddress remote, Duration timeout)
      throws IOException;

  /**
   * Opens a connection to a Unix-domain socket.
   *
   * @param local the local path, or null for none
   * @param remote the server's path
   * @param timeout the longest wait, positive
   * @return an open connection
   * @throws IOException as the class comment says
   */
  Connection connectUnix(
      @Nullable UnixDomainSocketAddress local, UnixDomainSocketAddress remote, Duration timeout)
      throws IOException;

  /**
   * Opens a connection without blocking.
   *
   * @param network as in {@link #dial}
   * @param address as in {@link #dial}
   * @param timeout the longest time, positive
   * @return completed where the {@link Execution} of the group runs handlers, so that what depends
   *     on it may do what handlers may. Cancelling it, or completing it in any other way, ends the
   *     dial: what is half open is closed, and so is a connection that is established meanwhile
   */
  CompletableFuture<Connection> connectAsync(String network, String address, Duration timeout);

  /**
   * Opens a TCP connection without blocking.
   *
   * @param local the local address, or null for any
   * @param remote the server's address; resolved if it is not
   * @param timeout the longest time, positive
   * @return as of {@link #connectAsync}
   */
  CompletableFuture<Connection> connectTcpAsync(
      @Nullable InetSocketAddress local, InetSocketAddress remote, Duration timeout);

  /**
   * Opens a connection to a Unix-domain socket without blocking.
   *
   * @param local the local path, or null for none
   * @param remote the server's path
   * @param timeout the longest time, positive
   * @return as of {@link #connectAsync}
   */
  CompletableFuture<Connection> connectUnixAsync(
      @Nullable UnixDomainSocketAddress local, UnixDomainSocketAddress remote, Duration timeout);

  /**
   * Describes a {@link Dialer}. Not thread-safe.
   *
   * <p>The callbacks of its connections, its resolver, and what depends on its futures run with the
   * context class loader that the thread has which builds the dialer.
   */
  interface Builder {

    /**
     * Sets the group that watches the connections. The {@linkplain PollerGroup#shared() shared
     * group} by default.
     *
     * @param group an open group
     * @return this builder
     */
    Builder group(PollerGroup group);

    /**
     * Sets the callback for arriving bytes of new connections, as {@link Connection#setOnRequest}
     * does for one, but before anything is read: it misses nothing, and can answer, even if the
     * peer sends and closes its side at once. It may be called before the dialling method has
     * returned, and is called only for connections that are established for one. None by default:
     * then whoever dials reads.
     *
     * @param callback the callback
     * @return this builder
     */
    Builder onRequest(OnRequest callback);

    /**
     * Sets a callback that runs once for each new connection, when it is closed: before those of
     * {@link Connection#addCloseCallback}, and under the same rules. It does not run for a dial
     * that fails, but does for a connection that nobody takes any more, since the caller was
     * interrupted, or the future cancelled, at the moment when it was established. None by default.
     *
     * @param callback the callback
     * @return this builder
     */
    Builder onClose(CloseCallback callback);

    /**
     * Sets {@link Connection#setReadTimeout} of new connections. No limit by default.
     *
     * @param timeout the longest wait, {@link Duration#ZERO} for no limit
     * @return this builder
     */
    Builder readTimeout(Duration timeout);

    /**
     * Sets {@link Connection#setWriteTimeout} of new connections. 30 s by default.
     *
     * @param timeout the longest wait, {@link Duration#ZERO} for no limit
     * @return this builder
     */
    Builder writeTimeout(Duration timeout);

    /**
     * Sets {@link Connection#setIdleTimeout} of new TCP connections. 10 min by default.
     *
     * @param timeout rounded up to whole seconds, {@link Duration#ZERO} for no keep-alive
     * @return this builder
     */
    Builder idleTimeout(Duration timeout);

    /**
     * Sets {@link Connection#setInactivityTimeout} of new connections. No limit by default.
     *
     * @param timeout the longest time in which no byte is received or sent, {@link Duration#ZERO}
     *     for no limit
     * @return this builder
     */
    Builder inactivityTimeout(Duration timeout);

    /**
     * Sets how many received bytes may wait unread, as {@link
     * EventLoop.Builder#inputHighWaterMark}.
     *
     * @param bytes at least 1
     * @return this builder
     */
    Builder inputHighWaterMark(int bytes);

    /**
     * Sets how many flushed bytes may wait unsent, as {@link
     * EventLoop.Builder#outputHighWaterMark}.
     *
     * @param bytes at least 1
     * @return this builder
     */
    Builder outputHighWaterMark(int bytes);

    /**
     * Sets where input goes on, as {@link EventLoop.Builder#inputLowWaterMark}.
     *
     * @param bytes at least 0 and less than the high-water mark, which {@link #build} checks
     * @return this builder
     */
    Builder inputLowWaterMark(int bytes);

    /**
     * Sets where output goes on, as {@link EventLoop.Builder#outputLowWaterMark}.
     *
     * @param bytes at least 0 and less than the high-water mark, which {@link #build} checks
     * @return this builder
     */
    Builder outputLowWaterMark(int bytes);

    /**
     * Sets whether a connection stays open for output after the peer's FIN, as {@link
     * EventLoop.Builder#halfClose}.
     *
     * @param halfClose true to keep it open
     * @return this builder
     */
    Builder halfClose(boolean halfClose);

    /**
     * Sets whether flushes that a handler makes while other requests are waiting already leave
     * together: those of one connection when no more of its input is buffered; those of connections
     * whose handlers run in a row on a poll loop (16 at most, in adaptive and inline execution)
     * behind the last of these handlers. They leave earlier when a handler waits for this library,
     * when in adaptive execution the poll loop is passed on from a handler that has computed, or
     * waited for something else, for some milliseconds, or when 64 KiB of one connection or 32 KiB
     * of all are held back. Fewer system calls for pipelined protocols, and fewer wake-ups of
     * clients on the same machine, where handlers are quick. Off by default, because a slow second
     * request delays the answer to the first; in inline execution for as long as its handler runs.
     *
     * @param coalesce true to coalesce
     * @return this builder
     */
    Builder coalesceFlushes(boolean coalesce);

    /**
     * Sets what stands between the socket of a connection and what is read and written, as
     * encryption does. None by default. A connection with a filter cannot be detached, and copies
     * the files that it sends.
     *
     * @param factory makes the filter of each connection
     * @return this builder
     */
    Builder filter(Filter.Factory factory);

    /**
     * Sets an option of every socket. {@code TCP_NODELAY} is on by default.
     *
     * @param <T> type of its value
     * @param option the option
     * @param value its value
     * @return this builder
     */
    <T> Builder option(SocketOption<T> option, T value);

    /**
     * Sets what finds the addresses of a host. {@link HostResolver#system()} by default.
     *
     * @param resolver called on helper threads, several at a time, as {@link HostResolver#resolve}
     *     says
     * @return this builder
     */
    Builder resolver(HostResolver resolver);

    /**
     * Sets how long one address is waited for before the next one is tried beside it. 250 ms by
     * default.
     *
     * @param delay at least 10 ms; longer than the timeouts to try one address after the other
     * @return this builder
     * @throws IllegalArgumentException if {@code delay} is less
     */
    Builder attemptDelay(Duration delay);

    /**
     * Makes the dialer.
     *
     * @return a new dialer
     * @throws IllegalArgumentException if a low-water mark is not below its high-water mark
     */
    Dialer build();
  }
}
