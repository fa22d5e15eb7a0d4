package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.Execution;
import io.netpoll.LinkBuffer;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Forwarding from connection to connection, between two poll loops. */
abstract class PipeContract extends ConnectionSuite {
  private static final int MIB = 1 << 20;

  /**
   * A proxy between two plain sockets.
   *
   * @param client talks with the accepted connection
   * @param server talks with the dialled one
   */
  private record Proxy(
      SocketChannel client,
      SocketChannel server,
      Connection front,
      Connection back,
      CompletableFuture<Void> there,
      CompletableFuture<Void> home) {

    void awaitClosed() {
      Eventually.holds("both are closed", () -> !front.isOpen() && !back.isOpen());
    }

    Throwable failure(CompletableFuture<Void> pipe) throws Exception {
      try {
        pipe.get(20, TimeUnit.SECONDS);
        throw new AssertionError("The pipe ended in order.");
      } catch (ExecutionException e) {
        return e.getCause();
      }
    }
  }

  /** Opens a proxy through which one byte has come. */
  private Proxy proxy(SocketKind kind, Execution.Mode mode) throws Exception {
    ConnectionStage stage = open(mode, 2);
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    var entrance =
        stage.serve(
            kind,
            accepted::complete,
            options -> options.inputHighWaterMark(64 << 10).outputHighWaterMark(64 << 10));
    SocketChannel client = stage.peer(entrance);
    client.write(ByteBuffer.wrap(new byte[] {1}));
    Connection front = accepted.get(20, TimeUnit.SECONDS);
    try (ServerSocketChannel listener =
        kind.listen(Files.createTempDirectory(stage.directory(), "target"))) {
      Connection back =
          stage.dial(
              listener.getLocalAddress(),
              options -> options.inputHighWaterMark(64 << 10).outputHighWaterMark(64 << 10));
      SocketChannel server = stage.keep(listener.accept());
      Proxy proxy = new Proxy(client, server, front, back, front.pipeTo(back), back.pipeTo(front));
      assertThat(read(server, 1)).containsExactly(1);
      return proxy;
    }
  }

  private static byte[] read(SocketChannel from, int n) throws IOException {
    return Channels.newInputStream(from).readNBytes(n);
  }

  private static void write(SocketChannel to, byte[] bytes) throws IOException {
    write(to, ByteBuffer.wrap(bytes));
  }

  private static void write(SocketChannel to, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      to.write(buffer);
    }
  }

  /** Writes pieces of many lengths, one in three of them short; gives their checksum. */
  private static long flood(SocketChannel to, int total) throws IOException {
    Random random = new Random(total);
    CRC32C checksum = new CRC32C();
    for (int left = total; left > 0; ) {
      byte[] piece =
          new byte[Math.min(left, 1 + random.nextInt(random.nextInt(3) == 0 ? 100 : 50_000))];
      random.nextBytes(piece);
      write(to, piece);
      checksum.update(piece);
      left -= piece.length;
    }
    return checksum.getValue();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void everyByteIsForwarded_bothWaysAtOnce_thenFin(Setting setting) throws Exception {
    int total = 16 * MIB;
    Proxy proxy = proxy(setting.kind(), setting.mode());
    Background<Long> there =
        Background.start(
            () -> {
              long sum = flood(proxy.client(), total);
              proxy.client().shutdownOutput();
              return sum;
            });
    Background<Long> home = Background.start(() -> flood(proxy.server(), total));
    Background<Long> atHome = Background.start(() -> Bulk.checksumOf(proxy.client(), total));
    assertThat(Bulk.checksumOf(proxy.server(), total)).isEqualTo(there.get());
    assertThat(read(proxy.server(), 1)).as("FIN").isEmpty();
    assertThat(atHome.get()).isEqualTo(home.get());
    proxy.there().get(20, TimeUnit.SECONDS);

    assertThat(proxy.home()).as("the other direction").isNotDone();
    assertThat(proxy.front().isOpen()).isTrue();
    write(proxy.server(), new byte[] {5});
    assertThat(read(proxy.client(), 1)).containsExactly(5);
    proxy.server().close();
    assertThat(read(proxy.client(), 1)).as("FIN").isEmpty();
    proxy.home().get(20, TimeUnit.SECONDS);
    proxy.awaitClosed();
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatDoesNotReadStopsTheClient_thenAllArrives(Execution.Mode mode) throws Exception {
    int total = 48 * MIB;
    Proxy proxy = proxy(SocketKind.TCP, mode);
    long before = LinkBuffer.memory().inUse();
    proxy.client().configureBlocking(false);
    ByteBuffer bytes = ByteBuffer.allocateDirect(total).put(total - 1, (byte) 9);
    for (int standstill = 0; standstill < 30; standstill++) {
      if (proxy.client().write(bytes) > 0) {
        standstill = 0;
      }
      LockSupport.parkNanos(1_000_000); // between two looks
    }
    assertThat(bytes.remaining()).as("what the client could not send").isPositive();
    assertThat(LinkBuffer.memory().inUse() - before).isLessThan(8L * MIB);

    proxy.client().configureBlocking(true);
    Background<Void> client = Background.run(() -> write(proxy.client(), bytes));
    byte[] received = read(proxy.server(), total);
    assertThat(received[total - 1]).isEqualTo((byte) 9);
    client.get();
  }

  @ParameterizedTest
  @EnumSource
  void theClientResets_soIsTheServer(Execution.Mode mode) throws Exception {
    Proxy proxy = proxy(SocketKind.TCP, mode);
    SocketKind.TCP.reset(proxy.client());
    assertThatThrownBy(() -> read(proxy.server(), 1)).hasMessageContaining("reset");
    assertThat(proxy.failure(proxy.there())).isInstanceOf(ConnectionClosedException.class);
    assertThat(proxy.failure(proxy.home())).isInstanceOf(ConnectionClosedException.class);
    proxy.awaitClosed();
  }

  @ParameterizedTest
  @EnumSource
  void theServerResetsWhileItIsFlooded_soIsTheClient(Execution.Mode mode) throws Exception {
    Proxy proxy = proxy(SocketKind.TCP, mode);
    Background<Void> client = Background.run(() -> write(proxy.client(), new byte[64 * MIB]));
    read(proxy.server(), MIB);
    SocketKind.TCP.reset(proxy.server());
    assertThat(client.failure()).isInstanceOf(IOException.class);
    assertThat(proxy.failure(proxy.there())).isInstanceOf(ConnectionClosedException.class);
    proxy.awaitClosed();
  }

  @ParameterizedTest
  @EnumSource
  void oneIsClosedHere_theOtherIsToo_inOrder(Execution.Mode mode) throws Exception {
    Proxy proxy = proxy(SocketKind.TCP, mode);
    proxy.front().close();
    assertThat(read(proxy.server(), 1)).isEmpty();
    assertThat(read(proxy.client(), 1)).isEmpty();
    assertThat(proxy.failure(proxy.there()))
        .hasMessageContaining("this side has closed the connection");
    proxy.failure(proxy.home());
    proxy.awaitClosed();
  }

  @ParameterizedTest
  @EnumSource
  void oneIsAborted_theOtherIsToo(Execution.Mode mode) throws Exception {
    Proxy proxy = proxy(SocketKind.TCP, mode);
    proxy.back().abort();
    assertThatThrownBy(() -> read(proxy.client(), 1)).hasMessageContaining("reset");
    proxy.failure(proxy.there());
    proxy.failure(proxy.home());
  }

  @ParameterizedTest
  @EnumSource
  void aSecondPipeIsRefused_andHarmsNothing(Execution.Mode mode) throws Exception {
    Proxy proxy = proxy(SocketKind.TCP, mode);
    assertThatThrownBy(() -> proxy.front().pipeTo(proxy.front()))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("has such a pipe already");
    write(proxy.client(), new byte[] {3});
    assertThat(read(proxy.server(), 1)).containsExactly(3);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aPipeToItself_isAnEcho(Setting setting) throws Exception {
    var stage = open(setting.mode());
    var server = stage.serve(setting.kind(), connection -> connection.pipeTo(connection));
    SocketChannel client = stage.peer(server);
    int total = 4 * MIB;
    Background<Long> sent =
        Background.start(
            () -> {
              long sum = flood(client, total);
              client.shutdownOutput();
              return sum;
            });
    assertThat(Bulk.checksumOf(client, total)).isEqualTo(sent.get());
    assertThat(read(client, 1)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource
  void aServerThatEndsBeforeThePipe_isForwardedWithItsEnd(Execution.Mode mode) throws Exception {
    ConnectionStage stage = open(mode, 2);
    CompletableFuture<Connection> accepted = new CompletableFuture<>();
    var entrance = stage.serve(SocketKind.TCP, accepted::complete);
    SocketChannel client = stage.peer(entrance);
    write(client, new byte[] {1});
    try (ServerSocketChannel listener = SocketKind.TCP.listen(directory)) {
      Connection back = stage.dial(listener.getLocalAddress(), options -> options.halfClose(true));
      try (SocketChannel server = listener.accept()) {
        write(server, new byte[] {2, 3});
        server.shutdownOutput();
        Eventually.holds("the end is seen", () -> !back.isActive());
        Connection front = accepted.get(20, TimeUnit.SECONDS);
        back.pipeTo(front);
        front.pipeTo(back);
        assertThat(read(client, 3)).containsExactly(2, 3);
        client.close();
        assertThat(read(server, 2)).containsExactly(1);
        Eventually.holds("both are closed", () -> !front.isOpen() && !back.isOpen());
      }
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatDependsOnTheEndMayUseTheLibrary(Execution.Mode mode) throws Exception {
    Proxy proxy = proxy(SocketKind.TCP, mode);
    CompletableFuture<Void> aborted = proxy.there().thenRun(() -> proxy.front().abort());
    proxy.client().shutdownOutput();
    aborted.get(20, TimeUnit.SECONDS);
    assertThatThrownBy(() -> read(proxy.client(), 1)).isInstanceOf(IOException.class);
    proxy.awaitClosed();
  }
}
