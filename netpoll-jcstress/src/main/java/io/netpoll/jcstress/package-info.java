/** Runs the concurrency tests, which are in the packages that they test. */
@NullMarked
package io.netpoll.jcstress;

import org.jspecify.annotations.NullMarked;
