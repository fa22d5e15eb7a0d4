/** Runnable examples: an echo server and a client, and the sources that the README shows. */
@NullMarked
package io.netpoll.examples;

import org.jspecify.annotations.NullMarked;
