package io.netpoll.server;

import io.netpoll.AtLimit;
import io.netpoll.EventLoop;
import io.netpoll.OnConnect;
import io.netpoll.OnDisconnect;
import io.netpoll.OnPrepare;
import io.netpoll.OnRequest;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.spi.Filter;
import java.net.SocketOption;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes a {@link ServingLoop}. */
final class ServingLoopBuilder implements EventLoop.Builder {
  private final ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
  private Limits limits = Limits.NONE;
  private @Nullable Duration exitDeadline;

  ServingLoopBuilder(OnRequest onRequest) {
    settings.onRequest(onRequest);
  }

  @Override
  public EventLoop.Builder onPrepare(OnPrepare onPrepare) {
    settings.onPrepare(onPrepare);
    return this;
  }

  @Override
  public EventLoop.Builder onConnect(OnConnect onConnect) {
    settings.onConnect(onConnect);
    return this;
  }

  @Override
  public EventLoop.Builder onDisconnect(OnDisconnect onDisconnect) {
    settings.onDisconnect(onDisconnect);
    return this;
  }

  @Override
  public EventLoop.Builder readTimeout(Duration timeout) {
    settings.readTimeout(timeout);
    return this;
  }

  @Override
  public EventLoop.Builder writeTimeout(Duration timeout) {
    settings.writeTimeout(timeout);
    return this;
  }

  @Override
  public EventLoop.Builder idleTimeout(Duration timeout) {
    settings.idleTimeout(timeout);
    return this;
  }

  @Override
  public EventLoop.Builder inputHighWaterMark(int bytes) {
    settings.inputHighWaterMark(bytes);
    return this;
  }

  @Override
  public EventLoop.Builder outputHighWaterMark(int bytes) {
    settings.outputHighWaterMark(bytes);
    return this;
  }

  @Override
  public EventLoop.Builder inputLowWaterMark(int bytes) {
    settings.inputLowWaterMark(bytes);
    return this;
  }

  @Override
  public EventLoop.Builder outputLowWaterMark(int bytes) {
    settings.outputLowWaterMark(bytes);
    return this;
  }

  @Override
  public EventLoop.Builder inactivityTimeout(Duration timeout) {
    settings.inactivityTimeout(timeout);
    return this;
  }

  @Override
  public EventLoop.Builder halfClose(boolean halfClose) {
    settings.halfClose(halfClose);
    return this;
  }

  @Override
  public EventLoop.Builder coalesceFlushes(boolean coalesce) {
    settings.coalesceFlushes(coalesce);
    return this;
  }

  @Override
  public EventLoop.Builder filter(Filter.Factory factory) {
    settings.filter(factory);
    return this;
  }

  @Override
  public <T> EventLoop.Builder option(SocketOption<T> option, T value) {
    settings.option(option, value);
    return this;
  }

  @Override
  public EventLoop.Builder maxConnections(int connections, AtLimit more) {
    limits = limits.withMaxConnections(connections, Objects.requireNonNull(more, "more"));
    return this;
  }

  @Override
  public EventLoop.Builder maxConnectionsPerAddress(int connections) {
    limits = limits.withMaxPerAddress(connections);
    return this;
  }

  @Override
  public EventLoop.Builder acceptRate(int perSecond, AtLimit more) {
    limits = limits.withAcceptRate(perSecond, Objects.requireNonNull(more, "more"));
    return this;
  }

  @Override
  public EventLoop.Builder shutdownOnExit(Duration deadline) {
    ServingLoop.checkDeadline(deadline);
    exitDeadline = deadline;
    return this;
  }

  @Override
  public EventLoop build() {
    return new ServingLoop(settings, limits, exitDeadline);
  }
}
