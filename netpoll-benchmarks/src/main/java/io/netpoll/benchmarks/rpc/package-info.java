/**
 * What a server does with a frame, in one way for every library: {@link
 * io.netpoll.benchmarks.rpc.Service} answers it, and {@link io.netpoll.benchmarks.rpc.Message} is
 * what frames of calls hold.
 */
@NullMarked
package io.netpoll.benchmarks.rpc;

import org.jspecify.annotations.NullMarked;
