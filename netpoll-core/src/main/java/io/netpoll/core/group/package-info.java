/**
 * Groups of poll loops: their assembly from a backend, balancing, accepting, adopting and dialling.
 *
 * <p>The highest room of the engine: it knows the others, and server and client use it through
 * {@link io.netpoll.core.group.EngineGroup}.
 */
@NullMarked
package io.netpoll.core.group;

import org.jspecify.annotations.NullMarked;
