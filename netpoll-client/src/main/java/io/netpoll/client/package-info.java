/** Clients: how connections are dialled, and how many threads write to one. */
@NullMarked
package io.netpoll.client;

import org.jspecify.annotations.NullMarked;
