package io.netpoll.client;

import io.netpoll.ConnectionPool;
import io.netpoll.Dialer;
import io.netpoll.PollerUnavailableException;
import io.netpoll.PoolListener;
import io.netpoll.internal.Nanos;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes an {@link EnginePool}. */
final class EnginePoolBuilder implements ConnectionPool.Builder {
  private final Target target;
  private @Nullable EngineDialer dialer;
  private int min;
  private int max = 16;
  private Duration maxIdleAge = Duration.ofMinutes(1);
  private Duration maxLife = Duration.ZERO;
  private Duration acquireTimeout = Duration.ofSeconds(30);
  private Duration dialTimeout = Duration.ofSeconds(10);
  private PoolListener listener = new PoolListener() {};

  EnginePoolBuilder(Target target) {
    this.target = target;
  }

  @Override
  public ConnectionPool.Builder dialer(Dialer dialer) {
    Objects.requireNonNull(dialer, "dialer");
    if (!(dialer instanceof EngineDialer engine)) {
      throw new IllegalArgumentException(
          "This dialer was not made by this library: use Dialer.builder().");
    }
    if (engine.halfClose()) {
      throw new IllegalArgumentException(
          "A pool's connections must close with their peer: give it a dialer without halfClose.");
    }
    this.dialer = engine;
    return this;
  }

  @Override
  public ConnectionPool.Builder minConnections(int connections) {
    if (connections < 0) {
      throw new IllegalArgumentException(
          "The minimum of connections must be at least 0, not " + connections + ".");
    }
    min = connections;
    return this;
  }

  @Override
  public ConnectionPool.Builder maxConnections(int connections) {
    if (connections < 1) {
      throw new IllegalArgumentException(
          "The maximum of connections must be at least 1, not " + connections + ".");
    }
    max = connections;
    return this;
  }

  @Override
  public ConnectionPool.Builder maxIdleAge(Duration age) {
    maxIdleAge = notNegative("maximum idle age", age);
    return this;
  }

  @Override
  public ConnectionPool.Builder maxLife(Duration life) {
    maxLife = notNegative("maximum life", life);
    return this;
  }

  @Override
  public ConnectionPool.Builder acquireTimeout(Duration timeout) {
    acquireTimeout = notNegative("acquire timeout", timeout);
    return this;
  }

  @Override
  public ConnectionPool.Builder dialTimeout(Duration timeout) {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException(
          "The timeout of a dial must be positive, not " + timeout + ".");
    }
    dialTimeout = timeout;
    return this;
  }

  @Override
  public ConnectionPool.Builder listener(PoolListener listener) {
    this.listener = Objects.requireNonNull(listener, "listener");
    return this;
  }

  @Override
  public ConnectionPool build() throws PollerUnavailableException {
    if (min > max) {
      throw new IllegalArgumentException(
          "The minimum of " + min + " connections is above the maximum of " + max + ".");
    }
    PoolState.Bounds bounds =
        new PoolState.Bounds(min, max, Nanos.of(maxIdleAge), Nanos.of(maxLife));
    EngineDialer opener = dialer == null ? new EngineDialerBuilder().build() : dialer;
    return EnginePool.open(
        new PoolSettings(target, opener, bounds, acquireTimeout, dialTimeout, listener));
  }

  /** Checks a duration. */
  static Duration notNegative(String name, Duration duration) {
    if (duration.isNegative()) {
      throw new IllegalArgumentException(
          "The " + name + " must be zero or positive, not " + duration + ".");
    }
    return duration;
  }
}
