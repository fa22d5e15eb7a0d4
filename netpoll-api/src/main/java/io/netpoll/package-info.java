/**
 * The public API: connections, readers and writers, the linked buffer, servers and clients.
 *
 * <p>A server is an {@link io.netpoll.EventLoop} that serves a {@link io.netpoll.Listener}; a
 * client opens connections with a {@link io.netpoll.Dialer}; both run on a {@link
 * io.netpoll.PollerGroup}.
 */
@NullMarked
package io.netpoll;

import org.jspecify.annotations.NullMarked;
