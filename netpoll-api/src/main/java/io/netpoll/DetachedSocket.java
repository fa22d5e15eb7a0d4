package io.netpoll;

import java.net.SocketAddress;
import java.nio.channels.SocketChannel;

/**
 * The socket of a connection that was {@linkplain Connection#detach() detached}, connected and
 * non-blocking, and the bytes that the connection had received and nobody had read. It is the
 * user's: take it as a channel or as a descriptor, whichever its backend has, or close it.
 *
 * <p>Thread-safe, but for the buffer of unread bytes.
 */
public interface DetachedSocket extends AutoCloseable {

  /**
   * The bytes that were received before those that reading the socket will give.
   *
   * @return always the same buffer, flushed, perhaps empty; release it when it has been read
   */
  LinkBuffer unread();

  /**
   * Takes the socket as a channel: it is the caller's from now on, and {@link #close()} leaves it
   * open. Works for connections of the NIO backend.
   *
   * @return a connected channel, non-blocking, registered with no selector
   * @throws UnsupportedOperationException if the backend knows no channels: take the {@link
   *     #descriptor()}
   * @throws IllegalStateException if the socket was taken or closed before
   */
  SocketChannel channel();

  /**
   * Takes the socket as a descriptor: it is the caller's from now on, and {@link #close()} leaves
   * it open. Works for connections of native backends.
   *
   * @return a descriptor of this process, non-blocking, that processes started by this one lack
   * @throws UnsupportedOperationException if the backend knows no descriptors: take the {@link
   *     #channel()}
   * @throws IllegalStateException if the socket was taken or closed before
   */
  int descriptor();

  /**
   * The socket's own address.
   *
   * @return the address; stays available
   */
  SocketAddress localAddress();

  /**
   * The peer's address.
   *
   * @return the address; stays available
   */
  SocketAddress remoteAddress();

  /**
   * Closes the socket, with RST where the kind of socket has it, unless it was taken or closed
   * before. The buffer of unread bytes stays readable.
   */
  @Override
  void close();
}
