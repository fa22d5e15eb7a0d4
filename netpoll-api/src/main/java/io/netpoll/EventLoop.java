package io.netpoll;

import io.netpoll.spi.Filter;
import io.netpoll.spi.ServerProvider;
import java.io.IOException;
import java.net.SocketOption;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.Objects;

/**
 * A server: callbacks and limits, applied to the connections of the listeners it serves.
 *
 * <pre>{@code
 * EventLoop server = EventLoop.builder(connection -> {
 *   Reader in = connection.reader();
 *   ByteBuffer payload = in.next(in.readInt());
 *   connection.writer().writeInt(payload.remaining());
 *   connection.writer().writeBinary(payload);
 *   connection.writer().flush();
 * }).build();
 * server.serve(Listener.create("tcp", "127.0.0.1:8888"));
 * }</pre>
 *
 * <h2>The order of the callbacks</h2>
 *
 * <table>
 *   <caption>For one connection</caption>
 *   <tr><th>callback</th><th>called</th><th>after</th><th>beside others</th></tr>
 *   <tr><td>{@link OnPrepare}</td><td>once</td><td>accept, before any I/O</td><td>no</td></tr>
 *   <tr><td>{@link OnConnect}</td><td>once</td><td>OnPrepare returned</td><td>no</td></tr>
 *   <tr><td>{@link OnRequest}</td><td>when bytes came</td><td>OnConnect returned</td>
 *       <td>one at a time</td></tr>
 *   <tr><td>{@link OnDisconnect}</td><td>at most once</td>
 *       <td>OnConnect returned, and the peer closed or reset</td><td>may overlap OnRequest</td></tr>
 *   <tr><td>{@link CloseCallback}</td><td>each once, in the order added</td>
 *       <td>the socket is closed, the last OnRequest and OnDisconnect returned</td><td>no</td></tr>
 * </table>
 *
 * A connection that OnPrepare closed gets no OnConnect, OnRequest or OnDisconnect, only its close
 * callbacks. No callback runs on the stack of a library call made by user code: it is scheduled. If
 * the peer closes after sending, OnRequest still sees the bytes.
 *
 * <p>Instances are thread-safe. They have no threads of their own: callbacks run where the {@link
 * Execution} of the listener's {@link PollerGroup} says.
 */
public interface EventLoop extends AutoCloseable {

  /**
   * Starts to describe a server.
   *
   * @param onRequest what to do when bytes have arrived
   * @return a builder
   * @throws NullPointerException if {@code onRequest} is null
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Builder builder(OnRequest onRequest) {
    Objects.requireNonNull(onRequest, "An event loop needs an OnRequest handler: pass one.");
    return Services.require(ServerProvider.class, "netpoll-server").eventLoop(onRequest);
  }

  /**
   * Starts to describe a server whose callbacks share a context of one type, for each connection
   * one.
   *
   * <pre>{@code
   * EventLoop server = EventLoop.withContext(connection -> new Session(connection))
   *     .onConnect((connection, session) -> session.greet())
   *     .onRequest((connection, session) -> session.answer(connection.reader()))
   *     .readTimeout(Duration.ofSeconds(5))
   *     .build();
   * }</pre>
   *
   * @param <C> the type of the context
   * @param factory makes the context, as OnPrepare
   * @return what takes the other callbacks
   */
  static <C> ContextualCallbacks<C> withContext(ContextualCallbacks.Factory<? extends C> factory) {
    return new ContextualCallbacks<>(factory);
  }

  /**
   * Accepts and serves connections of a listener until {@link #shutdown} is called or the listener
   * is closed or fails. Blocks until then; several threads may serve several listeners. The
   * listener is closed when this ends, however it ends, unless another call serves it already.
   *
   * @param listener an open listener that is not being served
   * @throws IOException if accepting cannot start, or failed for good, or the thread is interrupted
   * @throws IllegalStateException if this event loop was shut down, or the listener is closed or
   *     served already
   */
  void serve(Listener listener) throws IOException;

  /**
   * Like {@link #serve}, but returns as soon as connections are being accepted. That is for a poll
   * loop to do, which a handler may hold in inline execution: one that is held for more than a
   * second is not waited for, and in a handler none is. Connections wait in the kernel then, until
   * that loop goes on; if it cannot start to accept, it logs that and closes the socket.
   *
   * @param listener an open listener that is not being served
   * @throws IOException if accepting cannot start; the listener is closed then
   * @throws IllegalStateException if this event loop was shut down, or the listener is closed or
   *     served already; it stays as it is
   */
  void start(Listener listener) throws IOException;

  /**
   * Serves a socket that somebody else has connected, as if it had been accepted: the callbacks,
   * settings and limits of this event loop apply. Blocks until it is watched, which takes
   * microseconds unless the loop is busy. A channel on a group whose backend is not NIO is watched
   * by a loop on NIO that the group opens beside its own when it is first needed; that needs
   * netpoll-poller-nio on the path.
   *
   * @param group whose loops watch it
   * @param channel connected, in non-blocking mode, registered with no selector
   * @return the connection, which owns the channel; its OnPrepare may be running already. Close the
   *     connection, not the channel: a channel that is closed elsewhere fails its connection only
   *     when its loop polls next
   * @throws IOException if it cannot be watched; the channel is closed then
   * @throws IllegalArgumentException if the channel is in another state; it stays as it is
   * @throws IllegalStateException if this event loop was shut down, or a limit on its connections
   *     is reached; the channel stays as it is
   * @throws UnsupportedOperationException if no backend on the path takes channels
   * @throws InlineWaitException on a poll loop's own thread in inline execution, if another loop is
   *     to watch it; the channel stays as it is
   */
  Connection adopt(PollerGroup group, SocketChannel channel) throws IOException;

  /**
   * As {@link #adopt(PollerGroup, SocketChannel)}, for the descriptor of a connected socket, on a
   * group whose backend is a native one, such as epoll. The descriptor is made non-blocking and
   * close-on-exec.
   *
   * @param group whose loops watch it
   * @param descriptor of a connected TCP or Unix stream socket that nothing else in this process
   *     uses
   * @return the connection, which owns the descriptor; its OnPrepare may be running already
   * @throws IOException if it cannot be watched; the descriptor is closed then
   * @throws IllegalArgumentException if it is no descriptor of such a socket; it stays as it is
   * @throws IllegalStateException if this event loop was shut down, or a limit on its connections
   *     is reached; the descriptor stays the caller's
   * @throws UnsupportedOperationException if the group's backend is not a native one
   * @throws InlineWaitException as the other method does
   */
  Connection adopt(PollerGroup group, int descriptor) throws IOException;

  /**
   * Lets a successor take over: {@linkplain Listener#drain drains} and closes the listeners, then
   * waits until the connections have ended by themselves. Unlike {@link #shutdown}, which may
   * follow, it closes no connection, not even one whose first request is on its way. Blocks; not
   * for callbacks of its connections, which it would wait for. If the thread is interrupted, it
   * closes the listeners and returns, and the interrupt flag stays set.
   *
   * @param limit how long all this may take, whatever handlers do; for closing the listeners, which
   *     comes last, a tenth of a second more
   * @return whether no connection is left, and all were accepted that waited for it
   * @throws IllegalArgumentException if {@code limit} is negative
   * @throws InlineWaitException on a poll loop's own thread in inline execution
   */
  boolean drain(Duration limit);

  /**
   * The number of connections that are open now.
   *
   * @return zero or more
   */
  int connections();

  /**
   * How many connections were refused because of the limits that the builder was given.
   *
   * @return the counts since this event loop was built
   */
  Refusals refusals();

  /**
   * Shuts down gracefully: listeners are closed, idle connections are closed at once, busy ones as
   * soon as their request has been answered; connections that are left at the deadline are reset.
   * Blocks until all connections and listeners are closed, at most until the deadline. Further
   * calls wait in the same way and give the same result. Called by a callback, it does not wait for
   * that callback's own connection, nor for those whose callbacks wait in the same way; in inline
   * execution, where nothing can be waited for, it returns at once with what has ended so far, and
   * each poll loop keeps the deadline. If the waiting thread is interrupted, what is open is reset
   * at once, and its interrupt flag stays set.
   *
   * <p>The deadline is kept whatever handlers do, also in a hook of the virtual machine. One that
   * does not return keeps its own connection from being closed for this event loop, though the
   * socket is reset; {@link #connections()} counts it until then. In inline execution it holds its
   * poll loop, which can close nothing meanwhile: the connections there are reported as reset, and
   * are so as soon as the handler returns, whereas their peers see nothing before. What that means
   * for the listeners says {@link Listener#close()}.
   *
   * @param deadline how long to wait; {@link Duration#ZERO} resets what is open at once. For the
   *     listeners it is a tenth of a second at least
   * @return what happened
   * @throws IllegalArgumentException if {@code deadline} is negative
   */
  ShutdownReport shutdown(Duration deadline);

  /** Shuts down with a deadline of ten seconds. */
  @Override
  default void close() {
    shutdown(Duration.ofSeconds(10));
  }

  /**
   * Describes an {@link EventLoop}. Not thread-safe.
   *
   * <p>The callbacks run with the context class loader that the thread has which builds the event
   * loop, on whichever thread and in whichever execution mode that is.
   */
  interface Builder {

    /**
     * Sets the callback before any I/O of a connection. None by default.
     *
     * @param onPrepare the callback
     * @return this builder
     */
    Builder onPrepare(OnPrepare onPrepare);

    /**
     * Sets the callback that greets a connection. None by default.
     *
     * @param onConnect the callback
     * @return this builder
     */
    Builder onConnect(OnConnect onConnect);

    /**
     * Sets the callback that learns that a peer is gone. None by default.
     *
     * @param onDisconnect the callback
     * @return this builder
     */
    Builder onDisconnect(OnDisconnect onDisconnect);

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
     * Sets {@link Connection#setInactivityTimeout} of new connections, counted from the return of
     * OnPrepare. No limit by default.
     *
     * @param timeout the longest time in which no byte is received or sent, {@link Duration#ZERO}
     *     for no limit
     * @return this builder
     */
    Builder inactivityTimeout(Duration timeout);

    /**
     * Sets how many received bytes may wait unread before reading from the socket stops. 1 MiB by
     * default. A handler that waits for more raises it for that wait, or by {@link
     * Reader#request(int)}. One that returns at the mark, and has neither consumed any nor asked
     * for more, is not called again before somebody consumes: that is logged. Such a connection
     * ends when its peer resets it, where the backend sees that without reading (epoll).
     *
     * @param bytes at least 1
     * @return this builder
     */
    Builder inputHighWaterMark(int bytes);

    /**
     * Sets at how many unread bytes reading from the socket goes on after it stopped. Half of the
     * high-water mark by default.
     *
     * @param bytes at least 0 and less than the high-water mark, which {@link #build} checks
     * @return this builder
     */
    Builder inputLowWaterMark(int bytes);

    /**
     * Sets how many flushed bytes may wait unsent before {@link Writer#flush} waits. 1 MiB by
     * default.
     *
     * @param bytes at least 1
     * @return this builder
     */
    Builder outputHighWaterMark(int bytes);

    /**
     * Sets at how many unsent bytes a waiting {@link Writer#flush} goes on. Half of the high-water
     * mark by default.
     *
     * @param bytes at least 0 and less than the high-water mark, which {@link #build} checks
     * @return this builder
     */
    Builder outputLowWaterMark(int bytes);

    /**
     * Sets whether a connection stays open for output after the peer's FIN until {@link
     * Connection#close()} is called. Off by default.
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
     * Sets an option of every accepted socket. {@code TCP_NODELAY} is on by default.
     *
     * @param <T> type of its value
     * @param option the option
     * @param value its value
     * @return this builder
     */
    <T> Builder option(SocketOption<T> option, T value);

    /**
     * Sets how many connections may be open at the same time, over all listeners; a connection
     * counts until its close callbacks have returned. Any number by default.
     *
     * @param connections at least 1
     * @param more what happens to those that come while so many are open; with {@link AtLimit#WAIT}
     *     one for each listening socket may be accepted already, and waits without being served
     * @return this builder
     */
    Builder maxConnections(int connections, AtLimit more);

    /**
     * Sets how many connections from one IP address may be open at the same time; more are refused
     * with RST, so that they are in nobody's way. Any number by default. Unix-domain sockets have
     * no such addresses and are not limited.
     *
     * @param connections at least 1
     * @return this builder
     */
    Builder maxConnectionsPerAddress(int connections);

    /**
     * Sets how many connections may come in a second, over all listeners, in bursts of no more than
     * a tenth of that. Any number by default.
     *
     * @param perSecond at least 1
     * @param more what happens to those that come too soon
     * @return this builder
     */
    Builder acceptRate(int perSecond, AtLimit more);

    /**
     * Lets the event loop shut down by itself when the process exits, by a hook of the Java virtual
     * machine (on SIGTERM, SIGINT or {@link System#exit}). Off by default.
     *
     * @param deadline as of {@link EventLoop#shutdown}; the process exits after it at the latest,
     *     also if a handler does not return, or is what called {@link System#exit}
     * @return this builder
     * @throws IllegalArgumentException if {@code deadline} is negative
     */
    Builder shutdownOnExit(Duration deadline);

    /**
     * Makes the event loop. It serves nothing yet.
     *
     * @return a new event loop
     * @throws IllegalArgumentException if a low-water mark is not below its high-water mark
     */
    EventLoop build();
  }
}
