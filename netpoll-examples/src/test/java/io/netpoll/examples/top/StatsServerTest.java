package io.netpoll.examples.top;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.testkit.LeakCheck;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;

@ExtendWith(LeakCheck.class)
@Timeout(60)
class StatsServerTest {
  private static final StatsAddress ANY_PORT = new StatsAddress.Converter().convert("0");

  private static StatsAddress portOf(StatsServer stats) {
    int port = ((InetSocketAddress) stats.address()).getPort();
    return new StatsAddress.Converter().convert(Integer.toString(port));
  }

  private static StatsServer open(StatsAddress at, PollerGroup group, EventLoop server)
      throws Exception {
    return StatsServer.open(at, new Probe("some-server", server, group));
  }

  @Test
  void eachQuestionGetsASnapshot() throws Exception {
    try (PollerGroup group = PollerGroup.builder().loops(2).build();
        EventLoop server = EventLoop.builder(connection -> {}).build();
        StatsServer stats = open(ANY_PORT, group, server);
        StatsClient client = new StatsClient(portOf(stats))) {
      Snapshot first = client.ask();
      assertThat(first.process().name()).isEqualTo("some-server");
      assertThat(first.process().pid()).isEqualTo(ProcessHandle.current().pid());
      assertThat(first.loops()).hasSize(2);
      assertThat(client.ask().uptimeMillis()).isGreaterThanOrEqualTo(first.uptimeMillis());
    }
  }

  @Test
  void aServerThatHangs_isToldAbout() throws Exception {
    CompletableFuture<Void> entered = new CompletableFuture<>();
    CompletableFuture<Void> leave = new CompletableFuture<>();
    try (PollerGroup group = PollerGroup.builder().execution(Execution.inline()).loops(1).build();
        Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
        EventLoop server =
            EventLoop.builder(
                    connection -> {
                      connection.reader().skip(1);
                      entered.complete(null);
                      leave.join();
                    })
                .build();
        StatsServer stats = open(ANY_PORT, group, server);
        StatsClient client = new StatsClient(portOf(stats))) {
      server.start(listener);
      InetSocketAddress address = (InetSocketAddress) listener.localAddress();
      try (Socket peer = new Socket(address.getAddress(), address.getPort())) {
        peer.getOutputStream().write(1);
        entered.join();
        assertThat(client.ask().loops())
            .singleElement()
            .matches(loop -> loop.connections() == 1 && loop.bytesRead() == 1);
      } finally {
        leave.complete(null);
      }
    }
  }

  @Test
  @DisabledOnOs(OS.WINDOWS)
  void theFileIsItsOwnersAlone_andGoneAfterwards(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("stats");
    StatsAddress at = new StatsAddress.Converter().convert(path.toString());
    try (PollerGroup group = PollerGroup.builder().loops(1).build();
        EventLoop server = EventLoop.builder(connection -> {}).build()) {
      try (StatsServer stats = open(at, group, server);
          StatsClient client = new StatsClient(at)) {
        assertThat(client.ask().loops()).hasSize(1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(path)))
            .isEqualTo("rw-------");
        assertThat(stats.address().toString()).isEqualTo(path.toString());
      }
      assertThat(Files.exists(path)).isFalse();
    }
  }
}
