/**
 * A server that speaks the protocol of Redis, RESP2, and a client for it.
 *
 * <p>Strings are binary: each {@link java.lang.String} here holds one byte in each character, as
 * ISO-8859-1 decodes it, which the virtual machine stores in one byte each.
 */
@NullMarked
package io.netpoll.examples.redis;

import org.jspecify.annotations.NullMarked;
