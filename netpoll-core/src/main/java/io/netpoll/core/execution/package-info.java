/**
 * Execution: on which thread a handler runs, how a poll loop passes to another thread, and how a
 * thread waits.
 *
 * <p>It knows poll loops, and no connections. {@link io.netpoll.core.execution.HandlerLoop} leads a
 * loop, {@link io.netpoll.core.execution.HandlerStarter} starts handlers as the execution mode
 * says, and every wait goes through {@link io.netpoll.core.execution.Await}.
 */
@NullMarked
package io.netpoll.core.execution;

import org.jspecify.annotations.NullMarked;
