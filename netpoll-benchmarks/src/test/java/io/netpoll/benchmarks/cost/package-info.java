/** What a request may cost at most, in figures that do not depend on how busy the machine is. */
@NullMarked
package io.netpoll.benchmarks.cost;

import org.jspecify.annotations.NullMarked;
