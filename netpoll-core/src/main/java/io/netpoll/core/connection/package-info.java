/**
 * Connections: their two directions, state, callbacks and closing.
 *
 * <p>They reach their poll loop through {@link io.netpoll.core.connection.ConnectionLoop}, and know
 * no groups. The way of a byte: the poller asks {@link io.netpoll.core.connection.ConnectionInput}
 * for space and fills it, the connection is signalled and its callbacks are started, the handler
 * reads and writes, and {@link io.netpoll.core.connection.ConnectionOutput} sends on the own thread
 * of the handler.
 */
@NullMarked
package io.netpoll.core.connection;

import org.jspecify.annotations.NullMarked;
