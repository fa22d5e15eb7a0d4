package io.netpoll.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.LoadBalance;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The guide's chapter on poll loops and execution. */
@Timeout(60)
class GroupGuideTest {

  @Test
  void theSharedGroup_isChangedWhileItWorks() throws PollerUnavailableException {
    LoadBalance before = PollerGroup.shared().loadBalance();
    int loops = PollerGroup.shared().loops();
    // snippet: shared-group
    PollerGroup.shared().setLoops(2);
    PollerGroup.shared().setLoadBalance(LoadBalance.RANDOM);
    // end
    assertThat(PollerGroup.shared().loops()).isEqualTo(2);
    PollerGroup.shared().setLoops(loops);
    PollerGroup.shared().setLoadBalance(before);
  }

  @Test
  void aGroupOfItsOwn_isForAServerAndItsClients() throws IOException {
    // snippet: own-group
    PollerGroup group = PollerGroup.builder().name("orders").loops(1).build();
    Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
    Dialer dialer = Dialer.builder().group(group).build();
    // end
    echoOnce(listener, dialer);
    group.close();
  }

  @Test
  void execution_isASettingOfTheGroup() throws IOException {
    ExecutorService pool = Executors.newFixedThreadPool(4);
    // snippet: execution
    PollerGroup group = PollerGroup.builder().execution(Execution.workers(pool)).build();
    // end
    Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
    echoOnce(listener, Dialer.builder().group(group).build());
    group.close();
    pool.shutdown();
  }

  @Test
  void coalescing_isASettingOfTheEventLoop() throws IOException {
    // snippet: coalesce
    EventLoop server = EventLoop.builder(GroupGuideTest::echo).coalesceFlushes(true).build();
    // end
    try (server) {
      Listener listener = Listener.create("tcp", "127.0.0.1:0");
      server.start(listener);
      ask(Dialer.create(), listener);
    }
  }

  private static void echoOnce(Listener listener, Dialer dialer) throws IOException {
    try (EventLoop server = EventLoop.builder(GroupGuideTest::echo).build()) {
      server.start(listener);
      ask(dialer, listener);
    }
  }

  private static void ask(Dialer dialer, Listener listener) throws IOException {
    InetSocketAddress address = (InetSocketAddress) listener.localAddress();
    try (Connection connection = dialer.connectTcp(null, address, Duration.ofSeconds(5))) {
      connection.writer().writeLong(42);
      connection.writer().flush();
      assertThat(connection.reader().readLong()).isEqualTo(42);
    }
  }

  private static void echo(Connection connection) throws IOException {
    connection.writer().writeLong(connection.reader().readLong());
    connection.writer().flush();
  }
}
