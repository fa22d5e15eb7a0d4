/**
 * A TCP proxy that injects faults: {@link io.netpoll.testkit.proxy.FaultProxy}. What it does to a
 * connection is a {@link io.netpoll.testkit.proxy.FaultPlan}, given by the test or drawn from a
 * seed. For tests of clients and servers of any library: it knows sockets only.
 */
@NullMarked
package io.netpoll.testkit.proxy;

import org.jspecify.annotations.NullMarked;
