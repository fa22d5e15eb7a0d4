/**
 * What buffers cost, measured by JMH: ours beside Netty's pooled direct {@code ByteBuf}, from both
 * of its allocators, and Okio's {@code Buffer}. Each does the same work, written as its users write
 * it. Netty's buffers are made with the room that they will need, so that none has to grow.
 */
@NullMarked
package io.netpoll.benchmarks.buffer;

import org.jspecify.annotations.NullMarked;
