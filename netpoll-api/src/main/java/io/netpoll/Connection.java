package io.netpoll;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ByteChannel;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A connection of a server or a client, written to and read from in plain blocking style while a
 * poller watches its socket. An idle connection holds no thread and no buffer.
 *
 * <p>Use {@link #reader()} and {@link #writer()}; the {@link ByteChannel} methods are for code that
 * wants a channel, and copy.
 *
 * <h2>Life</h2>
 *
 * <pre>
 *   open ── peer's FIN or failure ──► input ended ──► closing ──► closed
 *    └──────────── close() ──────────────────────────────┘           ▲
 *    └──────────── abort() ────────────────────────────────── (RST) ─┘
 * </pre>
 *
 * When the peer sends FIN, {@link #isActive()} turns false and the input ends after the bytes that
 * came before it. Output stays open until the last {@link OnRequest} call has returned and the
 * output has drained; then the connection closes by itself.
 *
 * <h2>Threads</h2>
 *
 * All methods may be called from any thread. One thread at a time may read, and one may write; the
 * two may be different and work at the same time.
 */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public interface Connection extends ByteChannel {

  /**
   * The reading half.
   *
   * @return always the same reader
   */
  Reader reader();

  /**
   * The writing half.
   *
   * @return always the same writer
   */
  Writer writer();

  /**
   * Whether the connection is open both ways as far as this side knows: not closed here, no FIN and
   * no failure seen from the peer.
   *
   * @return false once the peer has closed or this side has
   */
  boolean isActive();

  /**
   * Whether {@link #close()} or {@link #abort()} has not been called, by the user or by the
   * library. After the peer's FIN a connection may still be open for output.
   *
   * @return whether output may still be sent
   */
  @Override
  boolean isOpen();

  /**
   * The bytes that were flushed and not yet handed to the system: what the peer, or the network,
   * has not taken. Any thread.
   *
   * @return zero or more; 0 once the connection has ended
   */
  long unsentBytes();

  /**
   * Whether a {@linkplain Writer#flushOrDrop flush that does not wait} would be taken now: the
   * connection is open for output, and no more than its high-water mark is unsent. Any thread.
   *
   * @return true if so; another thread that writes may change that at once
   */
  boolean isWritable();

  /**
   * This side's address.
   *
   * @return an {@link java.net.InetSocketAddress} or {@link java.net.UnixDomainSocketAddress};
   *     stays available after close
   */
  SocketAddress localAddress();

  /**
   * The peer's address. A Unix-domain peer names itself, with any bytes. The epoll backend writes
   * an abstract name with {@code @} in place of each zero byte, and bytes that the encoding of
   * paths lacks as {@code \xHH}; NIO tells an abstract name as none. So such an address is for
   * people to read, and not for connecting to.
   *
   * @return an {@link java.net.InetSocketAddress} or {@link java.net.UnixDomainSocketAddress} (with
   *     an empty path for an unnamed peer); stays available after close
   */
  SocketAddress remoteAddress();

  /**
   * The group whose pollers watch this connection.
   *
   * @return the group
   */
  PollerGroup group();

  /**
   * Sets how long one reading call may wait. Also takes effect on a call that waits right now.
   *
   * @param timeout the longest wait; {@link Duration#ZERO} for no limit, the default
   * @throws IllegalArgumentException if {@code timeout} is negative
   */
  void setReadTimeout(Duration timeout);

  /**
   * Sets how long one flush may wait, and how long closing may take to send what was flushed. Also
   * takes effect on a call that waits right now.
   *
   * @param timeout the longest wait; {@link Duration#ZERO} for no limit; 30 s by default
   * @throws IllegalArgumentException if {@code timeout} is negative
   */
  void setWriteTimeout(Duration timeout);

  /**
   * Sets the moment after which no reading call waits any more.
   *
   * @param deadline the moment, or null for none
   */
  void setReadDeadline(@Nullable Instant deadline);

  /**
   * Sets the moment after which no flush waits any more.
   *
   * @param deadline the moment, or null for none
   */
  void setWriteDeadline(@Nullable Instant deadline);

  /**
   * Sets after how much silence TCP keep-alive starts to probe the peer, so that a peer that is
   * gone is noticed and the connection closes. This is no limit on how long a connection may be
   * idle. On Unix-domain sockets it does nothing, since their peers cannot vanish silently.
   *
   * @param timeout rounded up to whole seconds; {@link Duration#ZERO} turns keep-alive off
   * @throws IllegalArgumentException if {@code timeout} is negative
   * @throws IOException if the system refuses it
   */
  void setIdleTimeout(Duration timeout) throws IOException;

  /**
   * Closes the connection once no byte was received or sent for so long, counted anew from this
   * call; a handler that runs meanwhile does not count. The connection closes as by {@link
   * #close()}, or where output waits that the peer does not take, as by {@link #abort()}; waiting
   * readers and writers fail with a {@link ConnectionClosedException} whose cause says why.
   *
   * @param timeout kept to about a millisecond; {@link Duration#ZERO} for no limit, the default
   * @throws IllegalArgumentException if {@code timeout} is negative
   */
  void setInactivityTimeout(Duration timeout);

  /**
   * Sets an option of the socket.
   *
   * @param <T> type of its value
   * @param option the option, of {@link java.net.StandardSocketOptions} or {@link SocketOptions}
   * @param value its value
   * @throws UnsupportedOperationException if the backend or the kind of socket lacks the option
   * @throws IOException if the system refuses it, or the connection is closed
   */
  <T> void setOption(SocketOption<T> option, T value) throws IOException;

  /**
   * Reads an option of the socket.
   *
   * @param <T> type of its value
   * @param option the option, for example one of {@link SocketOptions}
   * @return its value as the system has it now; it may round what was set
   * @throws UnsupportedOperationException if the backend or the kind of socket lacks the option
   * @throws IOException if the system refuses it, or the connection is closed
   */
  <T> T option(SocketOption<T> option) throws IOException;

  /**
   * Forwards everything that this connection receives to the output of another: what is buffered
   * here and unread, and what comes from now on. Pages move from one to the other without a copy.
   * Returns at once; {@code a.pipeTo(b)} and {@code b.pipeTo(a)} make a proxy.
   *
   * <p>Called by the thread that reads from this connection and may write to the other one. From
   * now on nobody else reads here or writes there: OnRequest is not called any more, and no reader
   * or writer of the two may be used. In a callback of this connection, forwarding begins when that
   * has returned. It is done on this connection's poll loop in every execution mode, and never
   * waits for a thread.
   *
   * <ul>
   *   <li>While more than its high-water mark is unsent at the destination, this connection's input
   *       is not read, until no more than the low-water mark is. No read or write timeout applies;
   *       an inactivity timeout of either connection does.
   *   <li>When this connection's peer sends FIN, the destination sends FIN behind all that came
   *       before. Its other direction lives on. A connection closes by itself once its peer has
   *       sent FIN and the pipes from and to it are over. Without {@code halfClose} a dialled
   *       connection whose peer sends FIN before this call closes at once; so dial with it.
   *   <li>When one of the two is closed, so is the other, and what was not forwarded by then is
   *       lost; when one fails or is aborted, the other one is aborted. The other pipe of a proxy
   *       then ends in the same way.
   * </ul>
   *
   * @param destination a connection of this library, of whatever group and backend, also this one
   * @return completes when the destination has sent FIN; completes exceptionally, with a {@link
   *     ConnectionClosedException}, when one of the two was closed or failed before. What depends
   *     on it runs where callbacks of this connection run. Completing or cancelling it changes
   *     nothing
   * @throws IllegalStateException if there is a pipe from here or to the destination already
   * @throws IllegalArgumentException if the destination was not made by this library
   */
  CompletableFuture<Void> pipeTo(Connection destination);

  /**
   * Sets the callback for arriving bytes, replacing the one before, whose {@link Reader#request} is
   * forgotten. Bytes that are buffered already schedule it at once. It never runs on the stack of
   * this call.
   *
   * <p>That holds for a connection that the peer has closed, too, as long as it was not closed here
   * with {@link #close}, {@link #abort} or {@link #detach}: the callback sees what came before and
   * was not read, and cannot send any more. It is called before the close callbacks unless those
   * have run by then, which are not repeated. To answer a peer that sends and closes its side at
   * once, set the callback before with {@link Dialer.Builder#onRequest}, or dial with {@link
   * Dialer.Builder#halfClose}.
   *
   * @param onRequest the callback
   */
  void setOnRequest(OnRequest onRequest);

  /**
   * Sets what is called when the connection takes output again, replacing the one before. It is
   * called each time after {@link #isWritable()} was false, be it now, and once no more than the
   * low-water mark is unsent; not once the connection is closed, of which close callbacks tell. It
   * never runs on the stack of this call.
   *
   * @param onWritable the callback
   */
  void setOnWritable(OnWritable onWritable);

  /**
   * Adds a callback that runs once, after the connection is closed and the last {@link OnRequest}
   * call has returned, unless that callback is {@linkplain #setOnRequest set} only later. Callbacks
   * run in the order they were added; one added later is scheduled at once. It never runs on the
   * stack of this call.
   *
   * @param callback the callback; it cannot be removed
   */
  void addCloseCallback(CloseCallback callback);

  /**
   * Attaches an object of the application's choice, replacing the one before. What OnPrepare and
   * OnConnect attach is visible to all later callbacks.
   *
   * @param attachment any object, or null for none
   */
  void attach(@Nullable Object attachment);

  /**
   * The attached object.
   *
   * @param <T> its type
   * @param type its class
   * @return the object
   * @throws IllegalStateException if nothing is attached
   * @throws ClassCastException if it is of another class
   */
  <T> T attachment(Class<T> type);

  /**
   * The attached object, for code that does not know whether there is one. Any thread.
   *
   * @param <T> its type
   * @param type its class
   * @return the object; empty if nothing is attached, or something of another class
   */
  <T> Optional<T> tryAttachment(Class<T> type);

  /**
   * Reads into {@code destination}, waiting for at least one byte, and releases the reader: views
   * taken from it before end here.
   *
   * @return the number of bytes read, or -1 at the end of input
   * @throws IOException as {@link Reader#readTo} does
   */
  @Override
  int read(ByteBuffer destination) throws IOException;

  /**
   * Writes all remaining bytes of {@code source} and flushes.
   *
   * @return the number of bytes
   * @throws IOException as {@link Writer#flush} does
   */
  @Override
  int write(ByteBuffer source) throws IOException;

  /**
   * Ends the connection and gives its socket back, open, with the bytes that nobody read. Returns
   * at once, from any thread; also inside a callback of the connection.
   *
   * <p>It ends as by {@link #close()}: waiting readers and writers on other threads fail with a
   * {@link ConnectionClosedException}, no {@link OnRequest} call starts any more, what was flushed
   * is sent (within the write timeout) and what was not is dropped, and the close callbacks run.
   * Only then, and after the last callback has returned, the stage completes, on the thread of the
   * close callbacks; so a callback of the connection must not wait for it. No other thread may read
   * at that time, unless it waits.
   *
   * <p>The first of {@code close()}, {@code abort()} and {@code detach()} decides; a connection
   * that has been closed, also by the peer's FIN after the last OnRequest call, has nothing to
   * give. Should the peer reset the connection, or {@code abort()} be called, or the write timeout
   * pass, or the group be closed before the stage completes, then the socket is closed and the
   * stage fails. If the peer has sent FIN before, the socket is given back all the same, and
   * reading it finds the end again.
   *
   * @return gives the socket, which is yours to close; or a {@link ConnectionClosedException}; or
   *     an {@link IllegalStateException} if the connection has a filter, such as encryption, whose
   *     state would be lost: then it stays open
   */
  CompletionStage<DetachedSocket> detach();

  /**
   * Closes the connection in order: what was flushed is sent (within the write timeout), then FIN.
   * Returns at once. Waiting readers and writers on other threads fail with {@link
   * ConnectionClosedException}. Further calls do nothing.
   *
   * <p>What was received and not read is dropped once the socket is closed, and reading fails then.
   * Views stay valid until the thread that has them calls {@link Reader#release()} or, inside a
   * callback, until that returns; what a writer has not flushed stays its own until its next flush,
   * which fails. Memory that is held so goes back with that call, or with the garbage.
   */
  @Override
  void close();

  /**
   * Drops pending output and resets the connection (RST). Returns at once. Does nothing on a closed
   * connection. What becomes of memory is as for {@link #close()}.
   */
  void abort();
}
