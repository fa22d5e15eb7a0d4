package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.Reader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Senders that push as fast as they are let, against handlers that read a megabyte a second: the
 * server's memory stays bounded, and every byte arrives. The system property {@code
 * netpoll.it.pushSeconds} sets for how long.
 */
@Timeout(300)
class SlowReaderTest {
  private static final int SENDERS = 16;
  private static final int FRAME = 64 << 10;
  private static final long PUSH_NANOS =
      TimeUnit.SECONDS.toNanos(Integer.getInteger("netpoll.it.pushSeconds", 1));
  private static final long ALLOWED_GROWTH = 64 << 20;

  /** Every backend, in an execution mode that lets the handlers wait. */
  static Stream<Setting> settings() {
    return Setting.all().stream()
        .filter(setting -> setting.execution().mode() != Execution.Mode.INLINE);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void memoryIsBounded_andNothingIsLost(Setting setting) throws Exception {
    ResidentMemory.assumeTold();
    List<String> command =
        List.of(
            "-XX:+UseSerialGC",
            "-Xms32m",
            "-Xmx32m",
            "-XX:+AlwaysPreTouch",
            "-XX:MaxDirectMemorySize=256m",
            "-Dio.netpoll.buffer.maxDirectMemory=" + (256 << 20), // more than it may take
            "-cp",
            System.getProperty("java.class.path"),
            Server.class.getName(),
            setting.backend(),
            setting.execution().mode().label());
    try (Program server = Program.java(command);
        Crew crew = new Crew()) {
      int port = Integer.parseInt(server.firstLine());
      push(port, 0); // so that the server has loaded what it needs
      long before = ResidentMemory.of(server.pid());
      for (int i = 0; i < SENDERS; i++) {
        crew.start(() -> push(port, PUSH_NANOS));
      }
      long most = before;
      do {
        most = Math.max(most, ResidentMemory.of(server.pid()));
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20)); // between two looks
      } while (crew.isAtWork());
      crew.join();
      System.out.printf("%s: the server grew by %d KiB%n", setting, (most - before) >> 10);
      assertThat(most - before).isLessThan(ALLOWED_GROWTH);
    }
  }

  /** Pushes frames for a time, then an empty one, and compares what came with what was sent. */
  private static void push(int port, long nanos) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      DataOutputStream out = new DataOutputStream(socket.getOutputStream());
      out.writeLong(nanos);
      CRC32C checksum = new CRC32C();
      long sent = 0;
      long start = System.nanoTime();
      do {
        byte[] payload = Frames.payload(sent, FRAME);
        out.write(Frames.frame(payload));
        checksum.update(payload);
        sent += payload.length;
      } while (System.nanoTime() - start < nanos);
      out.writeInt(0);
      DataInputStream in = new DataInputStream(socket.getInputStream());
      assertThat(in.readLong()).isEqualTo(sent);
      assertThat(in.readLong()).isEqualTo(checksum.getValue());
    }
  }

  /** Prints its port, and reads each connection at a megabyte a second as long as it is pushed. */
  static final class Server {
    private static final double BYTES_A_NANOSECOND = 1e6 / 1e9;

    private Server() {}

    public static void main(String[] arguments) throws Exception {
      Listener listener =
          Listener.builder()
              .group(
                  PollerGroup.builder()
                      .backend(arguments[0])
                      .execution(Setting.execution(arguments[1]))
                      .build())
              .bind("tcp", "127.0.0.1:0");
      EventLoop.withContext(connection -> new Intake())
          .onRequest((connection, intake) -> intake.readFrame(connection))
          .build()
          .start(listener);
      System.out.println(((InetSocketAddress) listener.localAddress()).getPort());
      Thread.currentThread().join();
    }

    /** What one connection has received. */
    private static final class Intake {
      private final long start = System.nanoTime();
      private final CRC32C checksum = new CRC32C();
      private long pushNanos = -1;
      private long received;

      void readFrame(Connection connection) throws IOException {
        Reader in = connection.reader();
        if (pushNanos < 0) {
          pushNanos = in.readLong();
        }
        int length = in.readInt();
        if (length == 0) {
          connection.writer().writeLong(received);
          connection.writer().writeLong(checksum.getValue());
          connection.writer().flush();
          return;
        }
        ByteBuffer payload = in.next(length);
        checksum.update(payload);
        received += length;
        awaitTurn();
      }

      private void awaitTurn() {
        for (; ; ) {
          long passed = System.nanoTime() - start;
          long left = (long) (received / BYTES_A_NANOSECOND) - passed;
          if (left <= 0 || passed >= pushNanos) {
            return;
          }
          LockSupport.parkNanos(left);
        }
      }
    }
  }
}
