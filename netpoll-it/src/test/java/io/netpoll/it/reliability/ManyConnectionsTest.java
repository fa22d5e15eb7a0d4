package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.it.Frames;
import io.netpoll.it.Program;
import io.netpoll.it.ResidentMemory;
import io.netpoll.it.Setting;
import io.netpoll.testkit.Eventually;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Many connections to one server, from several addresses of the loopback network: all are accepted,
 * one in a hundred at a time is served, all are closed. The system property {@code
 * netpoll.it.connections} sets how many there are; the limit on descriptors bounds it, and both are
 * printed.
 */
@Timeout(600)
class ManyConnectionsTest {
  private static final int WANTED = Integer.getInteger("netpoll.it.connections", 1000);
  private static final int MOST = 100_000;
  private static final int DESCRIPTORS_KEPT = 300;
  private static final int A_SOURCE = 10_000;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  static Stream<Setting> settings() {
    return Setting.all().stream()
        .filter(setting -> setting.execution().mode().label().equals("adaptive"));
  }

  private static int limit() throws IOException {
    for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
      if (line.startsWith("Max open files")) {
        String hard = line.trim().split("\\s{2,}")[2];
        return hard.equals("unlimited") ? Integer.MAX_VALUE : Integer.parseInt(hard);
      }
    }
    throw new IOException("/proc/self/limits has no limit on open files.");
  }

  @ParameterizedTest
  @MethodSource("settings")
  void allAreAccepted_served_andClosed(Setting setting) throws Exception {
    ResidentMemory.assumeTold();
    int count = Math.min(Math.min(WANTED, MOST), limit() - DESCRIPTORS_KEPT);
    List<String> command =
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx512m",
            "-cp",
            System.getProperty("java.class.path"),
            Server.class.getName(),
            setting.backend());
    List<SocketChannel> all = new ArrayList<>();
    try (Program server = Program.java(command)) {
      int port = Integer.parseInt(server.firstLine());
      State empty = State.of(port);
      long start = System.nanoTime();
      connect(all, count, port);
      Eventually.holds("accepted", PATIENCE, () -> State.of(port).connections() == count + 1);
      long accepted = System.nanoTime();
      State full = State.of(port);
      for (int i = 0; i < 100; i++) {
        exchangeEachHundredth(all, i);
      }
      long served = System.nanoTime();
      closeAll(all);
      Eventually.holds("closed", PATIENCE, () -> State.of(port).connections() == 1);
      long closed = System.nanoTime();
      System.out.printf(
          "%s: %d connections (limit on descriptors %d): accepted in %d ms, one frame echoed on each"
              + " in %d ms, closed in %d ms; idle each: %d bytes of heap, %d resident%n",
          setting,
          count,
          limit(),
          (accepted - start) / 1_000_000,
          (served - accepted) / 1_000_000,
          (closed - served) / 1_000_000,
          (full.heap() - empty.heap()) / count,
          (full.resident() - empty.resident()) / count);
      assertThat((full.heap() - empty.heap()) / count).isLessThan(4096);
    } finally {
      closeAll(all);
    }
  }

  /** Connects from 127.0.0.1, and from further addresses when its ports are used up. */
  private static void connect(List<SocketChannel> all, int count, int port) throws IOException {
    for (int i = 0; i < count; i++) {
      SocketChannel channel = SocketChannel.open();
      all.add(channel);
      channel.setOption(StandardSocketOptions.SO_LINGER, 0); // closing it frees its port at once
      channel.bind(new InetSocketAddress("127.0.0." + (1 + i / A_SOURCE), 0));
      channel.connect(new InetSocketAddress("127.0.0.1", port));
    }
  }

  private static void exchangeEachHundredth(List<SocketChannel> all, int first) throws IOException {
    byte[] frame = Frames.frame(Frames.payload(first, 100));
    ByteBuffer answer = ByteBuffer.allocateDirect(frame.length);
    for (int i = first; i < all.size(); i += 100) {
      all.get(i).write(ByteBuffer.wrap(frame));
    }
    for (int i = first; i < all.size(); i += 100) {
      answer.clear();
      while (answer.hasRemaining() && all.get(i).read(answer) >= 0) {}
      assertThat(answer.flip()).isEqualTo(ByteBuffer.wrap(frame));
    }
  }

  private static void closeAll(List<SocketChannel> all) throws IOException {
    for (SocketChannel channel : all) {
      channel.close();
    }
  }

  /** What the server says of itself; the connection that asks counts. */
  private record State(long heap, long resident, int connections) {
    static State of(int port) throws IOException {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        new DataOutputStream(socket.getOutputStream()).writeInt(Server.TELL);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        return new State(in.readLong(), in.readLong(), in.readInt());
      }
    }
  }

  /** Prints its port, echoes frames, and tells its state when it gets TELL for a length. */
  static final class Server {
    static final int TELL = -1;

    private Server() {}

    public static void main(String[] arguments) throws Exception {
      Setting setting = new Setting(arguments[0], Setting.execution("adaptive"));
      PollerGroup group = PollerGroup.builder().backend(setting.backend()).loops(2).build();
      Listener listener = Listener.builder().group(group).backlog(4096).bind("tcp", "127.0.0.1:0");
      AtomicReference<EventLoop> server = new AtomicReference<>();
      server.set(
          EventLoop.builder(
                  connection -> {
                    if (connection.reader().peekInt() != TELL) {
                      setting.echo().onRequest(connection);
                      return;
                    }
                    connection.reader().skip(Integer.BYTES);
                    connection.writer().writeLong(liveHeap());
                    connection.writer().writeLong(ResidentMemory.of(ProcessHandle.current().pid()));
                    connection.writer().writeInt(server.get().connections());
                    connection.writer().flush();
                  })
              .build());
      server.get().start(listener);
      System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
      Thread.currentThread().join();
    }

    private static long liveHeap() {
      System.gc();
      return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
  }
}
