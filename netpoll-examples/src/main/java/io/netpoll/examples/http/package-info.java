/** A server and a client of HTTP/1.1 in plain blocking style. */
@NullMarked
package io.netpoll.examples.http;

import org.jspecify.annotations.NullMarked;
