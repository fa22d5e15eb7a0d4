package io.netpoll.client;

import io.netpoll.CloseCallback;
import io.netpoll.Dialer;
import io.netpoll.HostResolver;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.internal.Nanos;
import io.netpoll.spi.Filter;
import java.net.SocketOption;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Describes an {@link EngineDialer}. */
final class EngineDialerBuilder implements Dialer.Builder {
  private final ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
  private static final Duration SHORTEST_ATTEMPT_DELAY = Duration.ofMillis(10);

  private @Nullable PollerGroup group;
  private HostResolver resolver = HostResolver.system();
  private Duration attemptDelay = Duration.ofMillis(250);

  @Override
  public Dialer.Builder group(PollerGroup group) {
    this.group = Objects.requireNonNull(group, "group");
    return this;
  }

  @Override
  public Dialer.Builder onRequest(OnRequest callback) {
    settings.onRequest(callback);
    return this;
  }

  @Override
  public Dialer.Builder onClose(CloseCallback callback) {
    settings.onClose(callback);
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
  public Dialer.Builder filter(Filter.Factory factory) {
    settings.filter(factory);
    return this;
  }

  @Override
  public <T> Dialer.Builder option(SocketOption<T> option, T value) {
    settings.option(option, value);
    return this;
  }

  @Override
  public Dialer.Builder resolver(HostResolver resolver) {
    this.resolver = Objects.requireNonNull(resolver, "resolver");
    return this;
  }

  @Override
  public Dialer.Builder attemptDelay(Duration delay) {
    if (delay.compareTo(SHORTEST_ATTEMPT_DELAY) < 0) {
      throw new IllegalArgumentException(
          "The attempt delay must be at least 10 ms, not " + delay + ".");
    }
    attemptDelay = delay;
    return this;
  }

  @Override
  public EngineDialer build() {
    return new EngineDialer(
        group, new DialOptions(settings.build(null), resolver, Nanos.of(attemptDelay)));
  }
}
