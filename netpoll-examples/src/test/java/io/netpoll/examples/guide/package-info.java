/**
 * The code that the guide in README.md, and the pages in docs, show: each piece stands between
 * {@code // snippet: NAME} and {@code // end}, in a test that runs it.
 */
@NullMarked
package io.netpoll.examples.guide;

import org.jspecify.annotations.NullMarked;
