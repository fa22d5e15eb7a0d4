/**
 * A server and its clients under mixed load for a minute or for hours, and a look at whether
 * anything grows: {@link io.netpoll.benchmarks.soak.SoakCommand}.
 */
@NullMarked
package io.netpoll.benchmarks.soak;

import org.jspecify.annotations.NullMarked;
