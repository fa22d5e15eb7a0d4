/**
 * Linked buffers over pooled direct memory.
 *
 * <p>Three rooms. The <em>pool</em>: {@link io.netpoll.buffer.PagePool} lends pages, through a
 * small cache of the calling thread (PageCache), a shared level for each size (CentralPool) and
 * slabs of direct memory whose sum is limited (DirectMemory). The <em>buffer</em>: {@link
 * io.netpoll.buffer.LinkedBuffer} is a chain of nodes over pages, in layers: Chain (what the two
 * sides share, and how they agree who may touch the last page), WriteBuffer (what the producer has
 * not published yet), WriteSide, ReadSide. The <em>ends</em>: {@link io.netpoll.buffer.InputReader}
 * and {@link io.netpoll.buffer.OutputWriter} are readers and writers over a buffer whose other side
 * is a connection, or a stream or channel (SourceReader, SinkWriter).
 */
@NullMarked
package io.netpoll.buffer;

import org.jspecify.annotations.NullMarked;
