/**
 * The service provider interface: what a poller backend implements, and how the modules find each
 * other.
 *
 * <p>The seam between a backend and the engine is small. A {@link io.netpoll.spi.Poller} watches
 * sockets and does their I/O; a connection shows it two sides, an {@link io.netpoll.spi.Input} that
 * gives memory to read into and an {@link io.netpoll.spi.Output} that gives spans to send. Nothing
 * else crosses, so a readiness backend (epoll, NIO) and a completion backend (io_uring) fit behind
 * the same types.
 *
 * <h2>Threads</h2>
 *
 * One thread at a time is the <em>leader</em> of a poller: it polls, dispatches and changes what is
 * watched. Which thread that is may change between two calls (except for backends that declare
 * themselves {@linkplain io.netpoll.spi.PollerProvider#threadAffine() thread-affine}); the engine
 * orders the calls of two successive leaders. Methods say "leader only" or "any thread"; those of
 * an {@link io.netpoll.spi.Output} are called by the thread that holds the connection's output
 * token.
 */
@NullMarked
package io.netpoll.spi;

import org.jspecify.annotations.NullMarked;
