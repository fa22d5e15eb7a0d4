package io.netpoll.testkit.contract;

import static java.net.StandardSocketOptions.SO_RCVBUF;
import static java.net.StandardSocketOptions.SO_SNDBUF;
import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.Execution;
import io.netpoll.OnRequest;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32C;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Back-pressure: sockets that are full, readers that are late, more bytes than any buffer. */
abstract class FlowContract extends ConnectionSuite {
  private static final int KIB = 1 << 10;
  private static final int MIB = 1 << 20;
  private static final int SMALL = 4 * KIB;

  private boolean has(SocketKind kind, SocketOption<Integer> option) {
    return provider().supportedOptions(kind == SocketKind.UNIX).contains(option);
  }

  private ConnectionStage.Server serveThroughSmallBuffers(
      ConnectionStage stage, SocketKind kind, OnRequest handler) throws IOException {
    return stage.serve(
        kind,
        handler,
        options -> {
          if (has(kind, SO_SNDBUF)) {
            options.option(SO_SNDBUF, SMALL);
          }
          return has(kind, SO_RCVBUF) ? options.option(SO_RCVBUF, SMALL) : options;
        });
  }

  private Connection dialThroughSmallBuffers(
      ConnectionStage stage, ConnectionStage.Server server, SocketKind kind) throws IOException {
    return stage.dial(
        server.address(),
        options -> {
          if (has(kind, SO_SNDBUF)) {
            options.option(SO_SNDBUF, SMALL);
          }
          return has(kind, SO_RCVBUF) ? options.option(SO_RCVBUF, SMALL) : options;
        });
  }

  @ParameterizedTest
  @MethodSource("settings")
  void megabytesThroughSmallBuffers_bothWaysAtOnce_areByteExact(Setting setting) throws Exception {
    boolean inFull = setting.equals(new Setting(SocketKind.TCP, Execution.Mode.ADAPTIVE));
    int total = inFull ? 64 * MIB : 8 * MIB; // 64 where most users are
    var stage = open(setting.mode());
    var server = serveThroughSmallBuffers(stage, setting.kind(), ECHO);
    Connection client = dialThroughSmallBuffers(stage, server, setting.kind());
    CRC32C sent = new CRC32C();
    Background<Void> writer =
        Background.run(
            () -> {
              byte[] block = new byte[100_003];
              for (int left = total, n = 1; left > 0; n++) {
                for (int i = 0; i < block.length; i += 97) {
                  block[i] = (byte) (n * 31 + i);
                }
                int length = Math.min(left, block.length);
                client.writer().writeBinary(block, 0, length);
                client.writer().flush();
                sent.update(block, 0, length);
                left -= length;
              }
            });
    long received = Bulk.checksumOf(client, total);
    writer.get();
    assertThat(received).isEqualTo(sent.getValue());
    assertThat(client.reader().length()).isZero();
  }

  /**
   * Each round overflows the socket, so that the token passes to the poller, flushes once more
   * about when the poller is done, and waits until all of it was answered: a byte that is left
   * behind is not helped by the next one.
   */
  @ParameterizedTest
  @EnumSource
  void flushesRaceWithThePollerForTheToken_noByteIsLeftBehind(Execution.Mode mode)
      throws Exception {
    SocketKind kind = SocketKind.prompt(provider());
    int rounds = 500;
    int burst = 6 * SMALL;
    var stage = open(mode, 2);
    int[] received = new int[1];
    var server =
        serveThroughSmallBuffers(
            stage,
            kind,
            connection -> {
              int n = connection.reader().length();
              connection.reader().skip(n);
              received[0] += n;
              if (received[0] == burst + 1) {
                received[0] = 0;
                connection.writer().writeByte(1);
                connection.writer().flush();
              }
            });
    Connection client = dialThroughSmallBuffers(stage, server, kind);
    byte[] bytes = new byte[burst];
    for (int round = 0; round < rounds; round++) {
      client.writer().writeBinary(bytes);
      client.writer().flush();
      for (int spins = round % 100 * 20; spins > 0; spins--) {
        Thread.onSpinWait();
      }
      client.writer().writeByte(1);
      client.writer().flush();
      assertThat(client.reader().readByte()).isEqualTo((byte) 1);
      client.reader().release();
    }
  }

  @ParameterizedTest
  @EnumSource
  void aFloodThatNobodyReads_isBounded_thenAllOfItIsThere(Execution.Mode mode) throws Exception {
    int total = 24 * MIB;
    int mark = 64 * KIB;
    var stage = open(mode);
    CompletableFuture<Connection> opened = new CompletableFuture<>();
    var flooded =
        stage.serve(
            SocketKind.TCP,
            connection -> opened.complete(connection),
            options -> options.inputHighWaterMark(mark));
    SocketChannel peer = stage.peer(flooded);
    Background<Void> writer =
        Background.run(
            () -> {
              ByteBuffer bytes = ByteBuffer.allocateDirect(total);
              while (bytes.hasRemaining()) {
                peer.write(bytes);
              }
            });
    Connection connection = opened.get(20, TimeUnit.SECONDS);
    Eventually.holds("the mark is reached", () -> connection.reader().length() >= mark);
    stage.letTheLoopTurn();
    assertThat(connection.reader().length()).isBetween(mark, mark + 2 * MIB);
    assertThat(writer.isDone()).isFalse();

    long[] left = {total};
    CompletableFuture<Void> all = new CompletableFuture<>();
    connection.setOnRequest(
        reading -> {
          int n = reading.reader().length();
          reading.reader().skip(n);
          left[0] -= n;
          if (left[0] == 0) {
            all.complete(null);
          }
        });
    all.get(20, TimeUnit.SECONDS);
    writer.get();
  }

  @ParameterizedTest
  @EnumSource
  void nextOfEightTimesTheHighWaterMark_isServed(Execution.Mode mode) throws Exception {
    int mark = 16 * KIB;
    int wanted = 8 * mark;
    var stage = open(mode);
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              if (!stage.mayWait() && !connection.reader().request(wanted)) {
                return;
              }
              ByteBuffer view = connection.reader().next(wanted);
              connection.writer().writeInt(view.remaining());
              connection.writer().writeByte(view.get(wanted - 1));
              connection.writer().flush();
            },
            options -> options.inputHighWaterMark(mark));
    Connection client = stage.dial(server.address(), options -> options.inputHighWaterMark(mark));
    for (int i = 1; i <= 3; i++) {
      byte[] request = new byte[wanted];
      request[wanted - 1] = (byte) i;
      client.writer().writeBinary(request);
      client.writer().flush();
      assertThat(client.reader().next(5).putInt(0, 0).get(4)).isEqualTo((byte) i);
      client.reader().release();
    }
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerLargerThanEveryBuffer_reachesAPeerThatReadsLate(Execution.Mode mode)
      throws Exception {
    int size = 8 * MIB;
    var stage = open(mode);
    CompletableFuture<Void> flushing = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              connection.reader().skip(connection.reader().length());
              connection.writer().writeBinary(new byte[size - 1]);
              connection.writer().writeByte(7);
              flushing.complete(null);
              connection.writer().flush();
            },
            options -> options.outputHighWaterMark(64 * KIB));
    SocketChannel peer = stage.peer(server);
    peer.write(ByteBuffer.allocate(1));
    flushing.get(20, TimeUnit.SECONDS);
    stage.letTheLoopTurn();

    byte[] answer = Channels.newInputStream(peer).readNBytes(size);
    assertThat(answer).hasSize(size);
    assertThat(answer[size - 1]).isEqualTo((byte) 7);
    assertThat(server.loop().connections()).isEqualTo(1);
  }
}
