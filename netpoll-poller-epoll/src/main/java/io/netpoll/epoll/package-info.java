/**
 * Pollers on Linux epoll.
 *
 * <p>One {@link io.netpoll.epoll.EpollPoller} holds one epoll set; {@link
 * io.netpoll.epoll.StreamHandle} and {@link io.netpoll.epoll.ListenHandle} each watch one
 * descriptor of it. An event carries slot and generation of its handle, and a {@link
 * io.netpoll.epoll.HandleTable} finds the handle only if both match, so the late event of a closed
 * descriptor reaches nobody. All that is native is in {@link io.netpoll.epoll.Libc}; no other class
 * loads native code.
 */
@NullMarked
package io.netpoll.epoll;

import org.jspecify.annotations.NullMarked;
