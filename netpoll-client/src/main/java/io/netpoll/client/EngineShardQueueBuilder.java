package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.ShardQueue;
import io.netpoll.internal.Nanos;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Describes an {@link EngineShardQueue}. */
final class EngineShardQueueBuilder implements ShardQueue.Builder {
  private final Connection connection;
  private int highWaterMark = 1 << 20;
  private long timeoutNanos = TimeUnit.SECONDS.toNanos(30);

  EngineShardQueueBuilder(Connection connection) {
    this.connection = Objects.requireNonNull(connection, "connection");
  }

  @Override
  public ShardQueue.Builder highWaterMark(int bytes) {
    if (bytes < 1) {
      throw new IllegalArgumentException(
          "The high-water mark of a queue must be at least 1 byte, not " + bytes + ".");
    }
    highWaterMark = bytes;
    return this;
  }

  @Override
  public ShardQueue.Builder timeout(Duration timeout) {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException(
          "The timeout of a put cannot be negative: " + timeout + ".");
    }
    timeoutNanos = timeout.isZero() ? Long.MAX_VALUE : Nanos.of(timeout);
    return this;
  }

  @Override
  public ShardQueue build() {
    return new EngineShardQueue(connection, highWaterMark, timeoutNanos);
  }
}
