/** Clients: how connections are dialled. */
@NullMarked
package io.netpoll.client;

import org.jspecify.annotations.NullMarked;
