/**
 * Poll loops: a poller with its tasks, timers and ready handlers.
 *
 * <p>The lowest room of the engine: it knows neither connections nor where handlers run. {@link
 * io.netpoll.core.loop.PollLoop#serve} is the loop. What leads it is a {@link
 * io.netpoll.core.loop.LoopDriver}, what lives on it are its {@link
 * io.netpoll.core.loop.Residents}, and what has opened it is its {@link
 * io.netpoll.core.loop.LoopOwner}.
 */
@NullMarked
package io.netpoll.core.loop;

import org.jspecify.annotations.NullMarked;
