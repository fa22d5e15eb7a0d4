/**
 * Pooled direct memory: {@link io.netpoll.buffer.PagePool} lends pages, through a small cache of
 * the calling thread (PageCache), a shared level for each size (Depot) and slabs of direct memory
 * whose sum is limited (DirectMemory).
 */
@NullMarked
package io.netpoll.buffer;

import org.jspecify.annotations.NullMarked;
