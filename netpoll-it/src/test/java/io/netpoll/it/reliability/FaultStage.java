package io.netpoll.it.reliability;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.it.Setting;
import io.netpoll.testkit.proxy.FaultPlan;
import io.netpoll.testkit.proxy.FaultProxy;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.function.IntFunction;

/** An echo server, a proxy before it, and a way to dial through the proxy. Closing it ends all. */
final class FaultStage implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** How long callers wait where bytes may be lost for good: then a time-out is as good. */
  private static final Duration SHORT = Duration.ofMillis(200);

  private final PollerGroup group;
  private final EventLoop server;
  private final FaultProxy proxy;

  FaultStage(Setting setting, IntFunction<FaultPlan> plans) throws IOException {
    group =
        PollerGroup.builder()
            .name("fault-stage")
            .backend(setting.backend())
            .execution(setting.execution())
            .loops(2)
            .build();
    try {
      Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
      server = EventLoop.builder(setting.echo()).build();
      server.start(listener);
      proxy = new FaultProxy((InetSocketAddress) listener.localAddress(), plans);
    } catch (IOException | RuntimeException e) {
      group.close();
      throw e;
    }
  }

  EventLoop server() {
    return server;
  }

  /**
   * Dials through the proxy. The next connection of the proxy is this one, if nobody else dials.
   */
  Connection dial(FaultPlan plan) throws IOException {
    Duration timeout = plan.delivers() ? PATIENCE : SHORT;
    return Dialer.builder()
        .group(group)
        .readTimeout(timeout)
        .writeTimeout(timeout)
        .build()
        .connectTcp(null, proxy.address(), PATIENCE);
  }

  @Override
  public void close() throws IOException {
    group.close();
    proxy.close();
  }
}
