package io.netpoll;

/**
 * The direct memory that the library's buffers take, in bytes.
 *
 * @param held what was allocated and not yet returned by garbage collection: in use, free for the
 *     next who needs it, or given up
 * @param inUse what buffers, slices and views hold at this moment, in whole pages
 * @param limit what {@code held} never exceeds; set by the system property {@code
 *     io.netpoll.buffer.maxDirectMemory}, by default the largest heap
 */
public record BufferMemory(long held, long inUse, long limit) {}
