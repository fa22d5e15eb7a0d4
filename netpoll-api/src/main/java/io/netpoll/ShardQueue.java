package io.netpoll;

import io.netpoll.spi.ClientProvider;
import java.io.IOException;
import java.time.Duration;

/**
 * Lets many threads write to one connection. What they put leaves in few system calls: one thread
 * at a time sends all that is queued, while the others put and go on.
 *
 * <pre>{@code
 * ShardQueue queue = ShardQueue.of(connection);
 * // any thread:
 * LinkBuffer message = LinkBuffer.create();
 * message.writeInt(payload.length);
 * message.writeBinary(payload);
 * message.flush();
 * queue.put(message);
 * }</pre>
 *
 * <p>Messages of one thread leave in the order of its puts; each leaves as a whole. The queue is
 * the connection's only writer: as long as messages are put, nobody uses {@link
 * Connection#writer()}.
 *
 * <p>When the connection fails or is closed, or its write timeout passes, the queue fails for good:
 * every message that is queued is lost, of which its {@link Delivery} tells, and every put from
 * then on fails. After a write timeout the queue resets the connection.
 *
 * <p>All methods may be called from any thread.
 */
public interface ShardQueue extends AutoCloseable {

  /**
   * Makes a queue with default settings.
   *
   * @param connection what it writes to; stays the caller's to read from and to close
   * @return a new queue
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static ShardQueue of(Connection connection) {
    return builder(connection).build();
  }

  /**
   * Starts to describe a queue.
   *
   * @param connection what it writes to; stays the caller's to read from and to close
   * @return a builder
   * @throws IllegalStateException if no implementation is on the path; the message names the
   *     artifact to add
   */
  static Builder builder(Connection connection) {
    return Services.require(ClientProvider.class, "netpoll-client").shardQueue(connection);
  }

  /**
   * Puts a message into the queue, and sends what is queued if no other thread does. Waits while
   * the queue is full; room is given in the order in which threads came. The thread that sends may
   * wait as {@link Writer#flush()} does.
   *
   * <p>The message belongs to the queue from the call on, also if that throws: the caller touches
   * it no more, and a message that is not sent is released. Only one that is refused with an
   * IllegalArgumentException stays the caller's.
   *
   * @param message a flushed buffer of this library
   * @return what tells whether the connection took the message; may be ignored
   * @throws IllegalArgumentException if the message holds unflushed bytes
   * @throws WriteTimeoutException if the queue stayed full for its timeout
   * @throws java.io.InterruptedIOException if the thread is interrupted while the queue is full
   * @throws InlineWaitException if the queue is full, and the calling thread must not wait
   * @throws ConnectionClosedException if the connection has ended, or the queue is closed
   * @throws IOException if the queue has failed otherwise; the cause says why
   */
  Delivery put(LinkBuffer message) throws IOException;

  /**
   * The number of bytes that were put and that the connection has not taken.
   *
   * @return zero or more; about right while other threads put
   */
  long queued();

  /**
   * Takes no more messages. Those that were put are still sent; threads that wait for room fail
   * with {@link ConnectionClosedException}. Returns at once, leaves the connection open, and does
   * nothing the second time.
   */
  @Override
  void close();

  /** What became of one message. Its methods may be called from any thread. */
  interface Delivery {

    /**
     * Whether it is decided.
     *
     * @return true if the connection has taken the message, or it was lost
     */
    boolean isDone();

    /**
     * Waits until the connection has taken the message, as {@link Writer#flush()} has when it
     * returns: it was sent, or waits in the connection's bounded output. One thread may wait for a
     * message.
     *
     * @throws ConnectionClosedException if the connection ended; the peer may have got the message,
     *     a part of it, or nothing
     * @throws IOException if the queue failed otherwise; likewise
     * @throws java.io.InterruptedIOException if the thread is interrupted while it waits
     * @throws InlineWaitException if it is not decided, and the calling thread must not wait
     * @throws IllegalStateException if another thread waits for the same message
     */
    void await() throws IOException;
  }

  /** Describes a {@link ShardQueue}. Not thread-safe. */
  interface Builder {

    /**
     * Sets how many bytes may be queued: a put that would exceed it waits, unless the queue is
     * empty. 1 MiB by default. What the connection has taken counts no more, but for its own
     * {@linkplain Dialer.Builder#outputHighWaterMark mark}.
     *
     * @param bytes at least 1
     * @return this builder
     * @throws IllegalArgumentException if {@code bytes} is less than 1
     */
    Builder highWaterMark(int bytes);

    /**
     * Sets how long a put may wait for room. 30 s by default.
     *
     * @param timeout the longest wait, {@link Duration#ZERO} for no limit
     * @return this builder
     * @throws IllegalArgumentException if {@code timeout} is negative
     */
    Builder timeout(Duration timeout);

    /**
     * Makes the queue.
     *
     * @return a new queue
     */
    ShardQueue build();
  }
}
