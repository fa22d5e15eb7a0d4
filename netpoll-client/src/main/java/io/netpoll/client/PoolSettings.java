package io.netpoll.client;

import io.netpoll.PoolListener;
import java.time.Duration;

/**
 * What a pool is made with. Immutable.
 *
 * @param target the server
 * @param dialer opens the connections
 * @param bounds of their number and age
 * @param acquireTimeout how long callers wait that name no time
 * @param dialTimeout how long a dial may take
 * @param listener learns what happens
 */
record PoolSettings(
    Target target,
    EngineDialer dialer,
    PoolState.Bounds bounds,
    Duration acquireTimeout,
    Duration dialTimeout,
    PoolListener listener) {}
