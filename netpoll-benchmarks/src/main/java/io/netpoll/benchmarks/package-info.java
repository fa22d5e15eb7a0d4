/**
 * What Netpoll is compared with, and the comparisons: peers that serve the same frames, clients
 * that wait for them, and the time that a server takes to start.
 *
 * <p>A frame is a 4-byte big-endian length and that many bytes, and is sent back unchanged.
 */
@NullMarked
package io.netpoll.benchmarks;

import org.jspecify.annotations.NullMarked;
