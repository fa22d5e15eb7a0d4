/**
 * Fakes and checks for tests.
 *
 * <p>The poller backend {@code fake} simulates sockets in memory and checks that the engine keeps
 * the rules of {@link io.netpoll.spi}; a test holds the other ends of its connections as {@link
 * io.netpoll.testkit.FakePeer}s, which it gets from {@link io.netpoll.testkit.FakeNetwork}. {@link
 * io.netpoll.testkit.LeakCheck} and {@link io.netpoll.testkit.Eventually} serve any test.
 */
@NullMarked
package io.netpoll.testkit;

import org.jspecify.annotations.NullMarked;
