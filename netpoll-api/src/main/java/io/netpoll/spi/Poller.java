package io.netpoll.spi;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Watches sockets and does their I/O.
 *
 * <p>Except for {@link #wakeup()} all methods are for the leader only, and no method calls user
 * code: {@link Endpoint}s and {@link Acceptor}s only take note. The batch of ready events and the
 * cursor into it live in the poller object, never in locals of a running call, so that another
 * thread can go on with {@link #dispatch()} where the leader before stopped. Unless {@link
 * PollerProvider#threadAffine()} says otherwise, a virtual thread may be one of these: it polls
 * with a timeout of 0 only.
 *
 * <h2>Events</h2>
 *
 * All calls to endpoints and acceptors come from within {@link #dispatch()} (and, for the last
 * ones, {@link #close()}), never from within the method that caused them.
 *
 * <p>Readiness must not spin, in whatever state a socket is: paused input drops read interest;
 * after the end of input read interest is dropped for good; an error or hang-up while input is
 * paused takes the socket out of the set and is remembered until {@link Handle#resumeInput()}.
 */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public interface Poller extends AutoCloseable {

  /**
   * Waits for events and collects a batch of them. Called when the batch before is used up.
   *
   * @param timeoutNanos the longest wait in nanoseconds; 0 does not wait, {@link Long#MAX_VALUE}
   *     waits without limit. A wake-up, or an event that is due, ends the wait. Rounded up to the
   *     resolution of the system, never down to a busy loop
   * @return the number of events collected, or 0; if fewer than 64, they are all that were ready
   *     when the poll began. Where there are more than one poll collects, each ready socket has its
   *     turn before another one has its second
   * @throws IOException if polling is broken for good
   */
  int poll(long timeoutNanos) throws IOException;

  /**
   * Handles one event of the batch: does its I/O and tells its endpoint or acceptor.
   *
   * @return false if the batch was used up and nothing was done
   */
  boolean dispatch();

  /**
   * Ends the current or the next {@link #poll}. Any thread; also during and after {@link #close()},
   * where it does nothing.
   */
  void wakeup();

  /**
   * Starts to accept from a listening socket.
   *
   * @param socket a socket of this backend that is not watched; belongs to the poller from now on,
   *     and stays the caller's if this throws
   * @param options of each accepted socket; where the system lets accepted sockets inherit them,
   *     set once
   * @param acceptor gets the accepted sockets
   * @return a handle; its {@code pauseInput} and {@code resumeInput} stop and restart accepting,
   *     its {@code close} frees the address before it returns
   * @throws UnsupportedOperationException if the backend lacks an option, with its name
   * @throws IOException if the system refuses
   */
  Handle accept(ListenSocket socket, Map<SocketOption<?>, Object> options, Acceptor acceptor)
      throws IOException;

  /**
   * Takes a connected socket under watch, with input paused: nothing is read, and nothing reported,
   * before {@link Handle#resumeInput()}.
   *
   * @param socket a socket of this backend that is not watched; belongs to the poller from now on,
   *     also if this throws
   * @param endpoint gets its events
   * @return the handle
   * @throws IOException if the system refuses; the socket is closed then
   */
  Handle attach(StreamSocket socket, Endpoint endpoint) throws IOException;

  /**
   * Starts to connect a new socket, with input paused. {@link Endpoint#connected()} or {@link
   * Endpoint#failed} follows.
   *
   * @param remote a resolved {@link java.net.InetSocketAddress} or a {@link
   *     java.net.UnixDomainSocketAddress}
   * @param local the address to bind first, or null; one of the other version of IP than {@code
   *     remote} is refused at once, unless it is a wildcard
   * @param options of the socket, set before it connects
   * @param endpoint gets its events
   * @return the handle
   * @throws UnsupportedOperationException if the backend lacks an option or sockets of this kind
   * @throws BacklogFullException if the server's queue of connections is full and the system does
   *     not wait for room; no event follows
   * @throws IOException if the system refuses at once; no event follows
   */
  Handle connect(
      SocketAddress remote,
      @Nullable SocketAddress local,
      Map<SocketOption<?>, Object> options,
      Endpoint endpoint)
      throws IOException;

  /**
   * Closes everything that is watched, also under a running {@link Handle#send}, tells each
   * endpoint {@link Endpoint#closed()} (one that was being detached, {@link Endpoint#detached}) and
   * each acceptor {@link Acceptor#closed()}, and frees the poller's own resources.
   */
  @Override
  void close();
}
