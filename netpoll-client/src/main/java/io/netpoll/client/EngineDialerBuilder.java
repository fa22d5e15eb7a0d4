package io.netpoll.client;

import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.core.ConnectionSettings;
import java.net.SocketOption;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes an {@link EngineDialer}. */
final class EngineDialerBuilder implements Dialer.Builder {
  private final ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
  private @Nullable PollerGroup group;

  @Override
  public Dialer.Builder group(PollerGroup group) {
    this.group = Objects.requireNonNull(group, "group");
    return this;
  }

  @Override
  public Dialer.Builder readTimeout(Duration timeout) {
    settings.readTimeout(timeout);
    return this;
  }

  @Override
  public Dialer.Builder writeTimeout(Duration timeout) {
    settings.writeTimeout(timeout);
    return this;
  }

  @Override
  public Dialer.Builder idleTimeout(Duration timeout) {
    settings.idleTimeout(timeout);
    return this;
  }

  @Override
  public Dialer.Builder inputHighWaterMark(int bytes) {
    settings.inputHighWaterMark(bytes);
    return this;
  }

  @Override
  public Dialer.Builder outputHighWaterMark(int bytes) {
    settings.outputHighWaterMark(bytes);
    return this;
  }

  @Override
  public Dialer.Builder inputLowWaterMark(int bytes) {
    settings.inputLowWaterMark(bytes);
    return this;
  }

  @Override
  public Dialer.Builder outputLowWaterMark(int bytes) {
    settings.outputLowWaterMark(bytes);
    return this;
  }

  @Override
  public Dialer.Builder inactivityTimeout(Duration timeout) {
    settings.inactivityTimeout(timeout);
    return this;
  }

  @Override
  public Dialer.Builder halfClose(boolean halfClose) {
    settings.halfClose(halfClose);
    return this;
  }

  @Override
  public Dialer.Builder coalesceFlushes(boolean coalesce) {
    settings.coalesceFlushes(coalesce);
    return this;
  }

  @Override
  public <T> Dialer.Builder option(SocketOption<T> option, T value) {
    settings.option(option, value);
    return this;
  }

  @Override
  public Dialer build() {
    return new EngineDialer(group, settings.build(null));
  }
}
