/**
 * Connections: their two directions, state, callbacks and closing.
 *
 * <p>They reach their poll loop through {@link io.netpoll.core.connection.ConnectionLoop}, and know
 * no groups. The way of a byte: the poller says that a socket is readable, {@link
 * io.netpoll.core.connection.InputReceiver} reads, the connection is signalled and its callbacks
 * are started, the handler reads from {@link io.netpoll.core.connection.ConnectionInput} and writes
 * to {@link io.netpoll.core.connection.ConnectionOutput}, and {@link
 * io.netpoll.core.connection.OutputSender} sends on the own thread of the handler.
 */
@NullMarked
package io.netpoll.core.connection;

import org.jspecify.annotations.NullMarked;
