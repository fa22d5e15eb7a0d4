package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What idle connections take, without and with an inactivity timeout. The system property {@code
 * netpoll.it.idle} sets how many there are.
 */
@Timeout(300)
class IdleTest {
  private static final int IDLE = Integer.getInteger("netpoll.it.idle", 1500);

  /** More than a loop counts as busy: those keep what they read with. */
  private static final int RECENT = 300;

  /**
   * The virtual machine's own share, and tables that double, grow by some hundred KiB in about one
   * round of three. With three rounds, each of them met such a growth once.
   */
  private static final int ROUNDS = 6;

  record Case(String backend, String inactivityTimeout) {
    /** Of the heap, for each; with NIO, the JDK's channels and keys take a good part of it. */
    int allowedBytes() {
      return backend.equals("nio") ? 1400 : 720;
    }
  }

  static Stream<Case> cases() {
    return Setting.all().stream()
        .map(Setting::backend)
        .distinct()
        .flatMap(backend -> Stream.of(new Case(backend, "PT0S"), new Case(backend, "PT10M")));
  }

  @ParameterizedTest
  @MethodSource("cases")
  void anIdleConnectionTakesLittleMemory(Case tested) throws Exception {
    ResidentMemory.assumeTold();
    List<String> command =
        List.of(
            "-XX:+UseSerialGC",
            "-Xms64m",
            "-Xmx64m",
            "-XX:+AlwaysPreTouch",
            // A thread's allocation buffer counts as used as a whole, and makes up a good part of
            // what is measured.
            "-XX:-UseTLAB",
            "-cp",
            System.getProperty("java.class.path"),
            Server.class.getName(),
            tested.backend(),
            "adaptive",
            tested.inactivityTimeout());
    List<SocketChannel> idle = new ArrayList<>();
    try (Program server = Program.java(command)) {
      InetSocketAddress address =
          new InetSocketAddress(
              InetAddress.getLoopbackAddress(), Integer.parseInt(server.firstLine()));
      // So that the server has loaded and compiled what it needs: the compilers' memory is not
      // that of the connections.
      close(openUsed(address, IDLE));
      idle.addAll(openUsed(address, RECENT));
      long heap = Long.MAX_VALUE;
      long outside = Long.MAX_VALUE;
      Memory before = Memory.of(address);
      for (int i = 0; i < ROUNDS; i++) {
        idle.addAll(openUsed(address, IDLE));
        Memory after = Memory.of(address);
        heap = Math.min(heap, (after.heap() - before.heap()) / IDLE);
        outside = Math.min(outside, (after.resident() - before.resident()) / IDLE);
        before = after;
      }
      System.out.printf("%s: %d bytes of heap, %d outside of it, each%n", tested, heap, outside);
      assertThat(heap).isLessThan(tested.allowedBytes());
    } finally {
      close(idle);
    }
  }

  private static void close(List<SocketChannel> channels) throws IOException {
    for (SocketChannel each : channels) {
      each.close();
    }
  }

  /** Connections that had one frame each echoed. */
  private static List<SocketChannel> openUsed(InetSocketAddress address, int count)
      throws IOException {
    List<SocketChannel> opened = new ArrayList<>();
    ByteBuffer frame = ByteBuffer.wrap(Frames.frame(new byte[100]));
    ByteBuffer answer = ByteBuffer.allocate(frame.capacity());
    for (int i = 0; i < count; i++) {
      SocketChannel channel = SocketChannel.open(address);
      opened.add(channel);
      channel.write(frame.rewind());
      answer.clear();
      while (answer.hasRemaining() && channel.read(answer) >= 0) {}
      assertThat(answer.flip()).isEqualTo(frame.rewind());
    }
    return opened;
  }

  /** What the server says of itself. */
  private record Memory(long heap, long resident) {
    static Memory of(InetSocketAddress server) throws IOException {
      try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
        new DataOutputStream(socket.getOutputStream()).writeInt(Server.MEASURE);
        DataInputStream in = new DataInputStream(socket.getInputStream());
        return new Memory(in.readLong(), in.readLong());
      }
    }
  }

  /** Prints its port, echoes frames, and tells its memory when it gets MEASURE for a length. */
  static final class Server {
    static final int MEASURE = -1;

    private Server() {}

    public static void main(String[] arguments) throws Exception {
      Setting setting = new Setting(arguments[0], Setting.execution(arguments[1]));
      Listener listener =
          Listener.builder()
              .group(
                  PollerGroup.builder()
                      .backend(setting.backend())
                      .execution(setting.execution())
                      .loops(1)
                      .build())
              .bind("tcp", "127.0.0.1:0");
      EventLoop.builder(
              connection -> {
                if (connection.reader().peekInt() != MEASURE) {
                  setting.echo().onRequest(connection);
                  return;
                }
                connection.reader().skip(Integer.BYTES);
                connection.writer().writeLong(liveHeap());
                connection.writer().writeLong(ResidentMemory.of(ProcessHandle.current().pid()));
                connection.writer().flush();
              })
          .inactivityTimeout(Duration.parse(arguments[2]))
          .build()
          .start(listener);
      System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
      Thread.currentThread().join();
    }

    private static long liveHeap() {
      System.gc();
      System.gc(); // what had to be cleaned up first is gone now
      return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
    }
  }
}
