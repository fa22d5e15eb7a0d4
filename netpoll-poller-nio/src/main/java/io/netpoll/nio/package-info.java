/**
 * Pollers on {@link java.nio.channels.Selector}.
 *
 * <p>One {@link io.netpoll.nio.NioPoller} holds one selector; {@link io.netpoll.nio.StreamHandle}
 * and {@link io.netpoll.nio.ListenHandle} each watch one channel of it. What a selector does only
 * at its next select - forget a cancelled key, and with it free the descriptor of a closed channel
 * - is what decides when the last event of a handle may be told; see {@link
 * io.netpoll.nio.NioHandle}.
 */
@NullMarked
package io.netpoll.nio;

import org.jspecify.annotations.NullMarked;
