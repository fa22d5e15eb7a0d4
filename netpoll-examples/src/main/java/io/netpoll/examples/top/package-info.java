/** Shows what a running server does: it serves snapshots of itself, and {@code top} draws them. */
@NullMarked
package io.netpoll.examples.top;

import org.jspecify.annotations.NullMarked;
