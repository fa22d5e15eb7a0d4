package io.netpoll.client;

import io.netpoll.HostResolver;
import io.netpoll.core.ConnectionSettings;

/**
 * How a dialer dials. Immutable.
 *
 * @param connections what new connections start with
 * @param resolver finds the addresses of a host
 * @param attemptDelayNanos how long one address is waited for before the next one is tried beside
 *     it
 */
record DialOptions(ConnectionSettings connections, HostResolver resolver, long attemptDelayNanos) {}
