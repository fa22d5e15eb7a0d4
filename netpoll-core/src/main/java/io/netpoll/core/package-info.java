/**
 * The engine that server and client share.
 *
 * <p>A {@link io.netpoll.core.EngineGroup} owns a few {@link io.netpoll.core.PollLoop}s, each with
 * a poller of the backend. A {@link io.netpoll.core.EngineConnection} lives on one loop for good.
 * The way of a byte: the poller asks {@link io.netpoll.core.InputSide} for space and fills it, the
 * connection is signalled and its run started where the {@link io.netpoll.core.HandlerStarter}
 * says, the handler reads and writes, and {@link io.netpoll.core.OutputSide} sends on the handler's
 * own thread.
 */
@NullMarked
package io.netpoll.core;

import org.jspecify.annotations.NullMarked;
