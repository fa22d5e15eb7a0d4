package io.netpoll.it.reliability;

import io.netpoll.Connection;
import io.netpoll.ConnectionPool;
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

/**
 * The server of a scenario, a proxy before it, and a way to dial through the proxy. Closing it ends
 * all.
 */
final class FaultStage implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  /** How long callers wait where bytes may be lost for good: then a time-out is as good. */
  private static final Duration SHORT = Duration.ofMillis(200);

  private final PollerGroup group;
  private final EventLoop server;
  private final FaultProxy proxy;

  FaultStage(Setting setting, Scenario scenario, IntFunction<FaultPlan> plans) throws IOException {
    group =
        PollerGroup.builder()
            .name("fault-stage")
            .backend(setting.backend())
            .execution(setting.execution())
            .loops(2)
            .build();
    try {
      Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
      server = scenario.server(setting);
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
    return dialer(patience(plan.delivers())).connectTcp(null, proxy.address(), PATIENCE);
  }

  /** A pool that dials through the proxy, whose callers wait for so long at every step. */
  ConnectionPool pool(int connections, Duration patience) throws IOException {
    return ConnectionPool.builder("tcp", "127.0.0.1:" + proxy.address().getPort())
        .dialer(dialer(patience))
        .maxConnections(connections)
        .acquireTimeout(PATIENCE)
        .build();
  }

  /** How long callers wait: as long as it takes, unless bytes may be lost. */
  static Duration patience(boolean delivers) {
    return delivers ? PATIENCE : SHORT;
  }

  private Dialer dialer(Duration patience) {
    return Dialer.builder().group(group).readTimeout(patience).writeTimeout(patience).build();
  }

  @Override
  public void close() throws IOException {
    group.close();
    proxy.close();
  }
}
