/** Servers: event loops and listeners, and how they shut down. */
@NullMarked
package io.netpoll.server;

import org.jspecify.annotations.NullMarked;
