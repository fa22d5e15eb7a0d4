/**
 * The load for servers: one thread, a selector, and any number of connections, which knows none of
 * the libraries that are compared and checks every byte of every answer.
 */
@NullMarked
package io.netpoll.benchmarks.load;

import org.jspecify.annotations.NullMarked;
