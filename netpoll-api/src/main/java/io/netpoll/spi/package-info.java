/**
 * The service provider interface: what poller backends and filters implement, and how the modules
 * find each other.
 *
 * <p>The seam between a backend and the engine is small. A {@link io.netpoll.spi.Poller} watches
 * sockets and says which are ready; a read puts its bytes into an {@link io.netpoll.spi.Input} that
 * gives memory, and a send takes them from an {@link io.netpoll.spi.Output} that gives spans.
 * Nothing else crosses, so a readiness backend (epoll, NIO) and a completion backend (io_uring) fit
 * behind the same types.
 *
 * <h2>Threads</h2>
 *
 * One thread at a time is the <em>leader</em> of a poller: it polls, dispatches and changes what is
 * watched. Which thread that is may change between two calls (except for backends that declare
 * themselves {@linkplain io.netpoll.spi.PollerProvider#threadAffine() thread-affine}); the engine
 * orders the calls of two successive leaders. Methods say "leader only" or "any thread"; {@link
 * io.netpoll.spi.Handle#receive} and {@link io.netpoll.spi.Handle#send} are called by the thread
 * that holds the token of that direction.
 *
 * <h2>Filters</h2>
 *
 * A {@link io.netpoll.spi.Filter} stands between the socket of a connection and its user, as
 * encryption does, whichever backend is used.
 */
@NullMarked
package io.netpoll.spi;

import org.jspecify.annotations.NullMarked;
