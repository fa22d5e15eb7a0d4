package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.DetachedSocket;
import io.netpoll.Dialer;
import io.netpoll.Execution;
import io.netpoll.ReadTimeoutException;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Callers that wait for answers on threads of their own, outside the loops, time after time: what a
 * backend may let them read from the socket themselves. What happens to the connection meanwhile
 * reaches them, and what happens between two reads is not missed.
 */
abstract class CallerContract extends ConnectionSuite {
  private static final Duration BRIEFLY = Duration.ofMillis(30);

  /** A dialled connection, from which this thread has read before, with its plain peer. */
  private record Pair(Connection connection, SocketChannel peer) {
    void peerSends(int count) throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(count);
      for (int i = 0; i < count; i++) {
        bytes.put((byte) i);
      }
      bytes.flip();
      while (bytes.hasRemaining()) {
        peer.write(bytes);
      }
    }

    /** Reads on this thread what the peer sends. */
    void converse() throws IOException {
      for (int i = 0; i < 3; i++) {
        connection.writer().writeByte(i);
        connection.writer().flush();
        ByteBuffer request = ByteBuffer.allocate(1);
        assertThat(peer.read(request)).isEqualTo(1);
        peer.write(request.flip());
        assertThat(connection.reader().readByte()).isEqualTo((byte) i);
        connection.reader().release();
      }
    }
  }

  private static Pair pair(ConnectionStage stage) throws IOException {
    return pair(stage, options -> options);
  }

  private static Pair pair(ConnectionStage stage, UnaryOperator<Dialer.Builder> options)
      throws IOException {
    try (ServerSocketChannel server = SocketKind.TCP.listen(stage.directory())) {
      Connection connection = stage.dial(server.getLocalAddress(), options);
      Pair pair = new Pair(connection, stage.keep(server.accept()));
      pair.converse();
      return pair;
    }
  }

  private static Background<Byte> readUntilItWaits(Connection connection) {
    Background<Byte> reader = Background.start(() -> readByte(connection));
    reader.awaitWaiting();
    return reader;
  }

  private static byte readByte(Connection connection) throws IOException {
    try {
      return connection.reader().readByte();
    } finally {
      connection.reader().release();
    }
  }

  private static void assertEnds(SocketChannel peer) {
    int read;
    try {
      read = peer.read(ByteBuffer.allocate(1));
    } catch (IOException reset) {
      read = -1;
    }
    assertThat(read).as("the end, or a reset").isEqualTo(-1);
  }

  // ---- Bytes ---------------------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void manyCallersGetTheirOwnAnswers(Execution.Mode mode) throws Exception {
    var stage = open(mode, 2);
    var server = stage.serve(SocketKind.TCP, ECHO);
    List<Background<Void>> callers = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      Connection connection = stage.dial(server.address());
      int number = i;
      callers.add(
          Background.run(
              () -> {
                for (int call = 0; call < 100; call++) {
                  long sent = (long) number << 32 | call;
                  connection.writer().writeLong(sent);
                  connection.writer().flush();
                  assertThat(connection.reader().readLong()).isEqualTo(sent);
                  connection.reader().release();
                }
              }));
    }
    for (Background<Void> caller : callers) {
      caller.get();
    }
  }

  @ParameterizedTest
  @EnumSource
  void whatComesInPieces_isReadWhole(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    Background<Integer> reader =
        Background.start(
            () -> {
              ByteBuffer all = pair.connection().reader().next(300_000);
              int wrong = 0;
              for (int i = 0; i < 300_000; i++) {
                wrong += all.get(i) == (byte) (i % 100_000) ? 0 : 1;
              }
              pair.connection().reader().release();
              return wrong;
            });
    reader.awaitWaiting();
    for (int i = 0; i < 3; i++) {
      pair.peerSends(100_000);
    }
    assertThat(reader.get()).as("wrong bytes").isZero();
  }

  @ParameterizedTest
  @EnumSource
  void whatComesBetweenTwoReads_isSeenWithoutAWait(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    pair.peerSends(10);
    Eventually.holds("its length is seen", () -> pair.connection().reader().length() == 10);
    assertThat(pair.connection().reader().indexOf((byte) 7, 0)).isEqualTo(7);
    pair.connection().reader().skip(10);
    pair.peerSends(5);
    Eventually.passes(() -> assertThat(pair.connection().reader().request(5)).isTrue());
    assertThat(pair.connection().reader().request(6)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void moreThanTheMarkWaitsInTheSocket_andIsReadLater(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    stage.allowFor(8 << 10); // a filter goes on by a task
    var pair = pair(stage, options -> options.inputHighWaterMark(4096));
    Background<Void> sender = Background.run(() -> pair.peerSends(8 << 20));
    int wrong = 0;
    for (int i = 0; i < 8 << 20; i += 1024) {
      ByteBuffer read = pair.connection().reader().next(1024);
      wrong += read.get(3) == (byte) (i + 3) ? 0 : 1;
      pair.connection().reader().release();
      assertThat(pair.connection().reader().length()).isLessThan(2 << 20);
    }
    sender.get();
    assertThat(wrong).as("wrong bytes").isZero();
  }

  @ParameterizedTest
  @EnumSource
  void loopStatsCountWhatCallersRead(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    long before = stage.group.loopStats().get(0).bytesRead();
    var pair = pair(stage);
    pair.peerSends(1000);
    pair.connection().reader().skip(1000);
    assertThat(stage.group.loopStats().get(0).bytesRead() - before).isEqualTo(1003);
  }

  // ---- Ends while a caller waits ---------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void closedWhileACallerWaits(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    CompletableFuture<Void> closed = new CompletableFuture<>();
    pair.connection().addCloseCallback(connection -> closed.complete(null));
    Background<Byte> reader = readUntilItWaits(pair.connection());
    pair.connection().close();

    assertClosedBy(Side.LOCAL, reader.failure());
    assertThat(pair.peer().read(ByteBuffer.allocate(1))).as("FIN").isEqualTo(-1);
    closed.get(60, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource
  void abortedWhileACallerWaits(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    Background<Byte> reader = readUntilItWaits(pair.connection());
    pair.connection().abort();

    assertClosedBy(Side.LOCAL, reader.failure());
    assertThatThrownBy(() -> pair.peer().read(ByteBuffer.allocate(1)))
        .as("RST")
        .isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void thePeerEndsWhileACallerWaits(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    Background<Byte> reader = readUntilItWaits(pair.connection());
    pair.peer().close();

    assertClosedBy(Side.PEER, reader.failure());
    Eventually.holds("inactive", () -> !pair.connection().isActive());
  }

  @ParameterizedTest
  @EnumSource
  void thePeerResetsWhileACallerWaits(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    Background<Byte> reader = readUntilItWaits(pair.connection());
    SocketKind.TCP.reset(pair.peer());

    assertClosedBy(Side.PEER, reader.failure());
    Eventually.holds("inactive", () -> !pair.connection().isActive());
  }

  @ParameterizedTest
  @EnumSource
  void aLastAnswerBeforeTheEnd_isReadFirst(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    Background<Byte> reader = readUntilItWaits(pair.connection());
    pair.peerSends(4);
    pair.peer().close();

    assertThat(reader.get()).isZero();
    assertThat(pair.connection().reader().next(3).get(2)).isEqualTo((byte) 3);
    assertThatThrownBy(() -> pair.connection().reader().readByte())
        .isInstanceOf(ConnectionClosedException.class);
  }

  @ParameterizedTest
  @EnumSource
  void detachedWhileACallerWaits(Execution.Mode mode) throws Exception {
    assumeNoFilter("A connection with a filter cannot be detached.");
    var pair = pair(open(mode));
    Background<Byte> reader = readUntilItWaits(pair.connection());
    DetachedSocket socket =
        pair.connection().detach().toCompletableFuture().get(60, TimeUnit.SECONDS);

    assertClosedBy(Side.LOCAL, reader.failure());
    socket.close();
    assertEnds(pair.peer());
  }

  @ParameterizedTest
  @EnumSource
  void theGroupClosesWhileCallersWait(Execution.Mode mode) throws Exception {
    var stage = open(mode, 2);
    List<Background<Byte>> readers = new ArrayList<>();
    for (int i = 0; i < 10; i++) {
      readers.add(readUntilItWaits(pair(stage).connection()));
    }
    stage.group.close();
    for (Background<Byte> reader : readers) {
      assertThat(reader.failure()).isInstanceOf(ConnectionClosedException.class);
    }
  }

  @ParameterizedTest
  @EnumSource
  void anInterruptEndsTheWaitAlone(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    for (int i = 0; i < 3; i++) {
      Background<Byte> reader = readUntilItWaits(pair.connection());
      reader.interrupt();
      assertThat(reader.failure()).isInstanceOf(InterruptedIOException.class);
    }
    Thread.currentThread().interrupt();
    assertThatThrownBy(() -> pair.connection().reader().readByte())
        .isInstanceOf(InterruptedIOException.class);
    assertThat(Thread.interrupted()).as("the flag stays set").isTrue();

    pair.converse();
  }

  @ParameterizedTest
  @EnumSource
  void anotherReadTimeoutCounts_forAWaitThatGoesOn(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    Background<Byte> reader = readUntilItWaits(pair.connection());
    pair.connection().setReadTimeout(BRIEFLY);
    assertThat(reader.failure()).isInstanceOf(ReadTimeoutException.class);

    pair.connection().setReadTimeout(ConnectionStage.PATIENCE);
    pair.converse();
  }

  @ParameterizedTest
  @EnumSource
  void aReadTimeoutThatIsMadeLongerAtTheLastMoment_losesNoByte(Execution.Mode mode)
      throws Exception {
    var stage = open(mode);
    stage.allowFor(3000); // to look once more when the time is over
    var pair = pair(stage);
    for (int i = 0; i < 300; i++) {
      pair.connection().setReadTimeout(Duration.ofMillis(1));
      Background<Byte> reader = Background.start(() -> readByte(pair.connection()));
      long late = System.nanoTime() + 1_000_000 + i % 30 * 10_000L;
      while (System.nanoTime() < late) {
        Thread.onSpinWait();
      }
      pair.connection().setReadTimeout(ConnectionStage.PATIENCE.dividedBy(2));
      pair.peerSends(1);
      try {
        assertThat(reader.get()).isZero();
      } catch (ExecutionException e) {
        assertThat(e).hasCauseInstanceOf(ReadTimeoutException.class);
        assertThat(e.getCause()).hasMessageNotContaining("within 30");
        assertThat(pair.connection().reader().readByte()).isZero();
      }
      pair.connection().reader().release();
    }
  }

  @ParameterizedTest
  @EnumSource
  void inactivityEndsAWait_andWhatCallersReadIsActivity(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    pair.connection().setInactivityTimeout(Duration.ofMillis(400));
    for (int i = 0; i < 10; i++) {
      Thread.sleep(60);
      pair.peerSends(1);
      assertThat(pair.connection().reader().readByte()).isZero();
    }
    for (int i = 0; i < 10; i++) { // it comes while nobody reads
      Thread.sleep(60);
      pair.peerSends(1);
    }
    assertThat(pair.connection().isOpen()).isTrue();
    pair.connection().reader().skip(10);
    assertClosedBy(
        Side.LOCAL, Background.start(() -> pair.connection().reader().readByte()).failure());
  }

  // ---- Between two reads -----------------------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void thePeerEndsBetweenTwoReads_whichIsNoticed(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    CompletableFuture<Void> gone = new CompletableFuture<>();
    pair.connection().addCloseCallback(connection -> gone.complete(null));
    pair.peerSends(3);
    pair.peer().close();

    gone.get(60, TimeUnit.SECONDS);
    assertThat(pair.connection().isActive()).isFalse();
    assertThat(pair.connection().reader().next(3).get(2)).isEqualTo((byte) 2);
    assertThatThrownBy(() -> pair.connection().reader().readByte())
        .isInstanceOf(ConnectionClosedException.class);
  }

  @ParameterizedTest
  @EnumSource
  void thePeerResetsBetweenTwoReads_whichIsNoticed(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    CompletableFuture<Void> gone = new CompletableFuture<>();
    pair.connection().addCloseCallback(connection -> gone.complete(null));
    SocketKind.TCP.reset(pair.peer());

    gone.get(60, TimeUnit.SECONDS);
    assertThat(pair.connection().isActive()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void anAnswerThatAResetFollows_isReadThoughTheFlushFails(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode), options -> options.outputHighWaterMark(1024));
    Background<Void> writer =
        Background.run(
            () -> {
              while (true) {
                pair.connection().writer().writeBinary(new byte[64 << 10]);
                pair.connection().writer().flush();
              }
            });
    writer.awaitWaiting();
    pair.peerSends(3);
    Thread.sleep(50); // it arrives before the reset
    SocketKind.TCP.reset(pair.peer());

    assertClosedBy(Side.PEER, writer.failure());
    assertThat(pair.connection().reader().next(3).get(2)).isEqualTo((byte) 2);
    assertThat(pair.connection().isActive()).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void detachedBetweenTwoReads(Execution.Mode mode) throws Exception {
    assumeNoFilter("A connection with a filter cannot be detached.");
    var pair = pair(open(mode));
    DetachedSocket socket =
        pair.connection().detach().toCompletableFuture().get(60, TimeUnit.SECONDS);
    socket.close();
    assertEnds(pair.peer());
  }

  // ---- Somebody else reads from now on ---------------------------------------------------------

  @ParameterizedTest
  @EnumSource
  void aHandlerThatIsSetLater_isCalled(Execution.Mode mode) throws Exception {
    var pair = pair(open(mode));
    pair.peerSends(3);
    pair.connection().setOnRequest(ECHO);
    assertThat(answered(pair, 3)).isEqualTo(3);
    pair.peerSends(5);
    assertThat(answered(pair, 5)).isEqualTo(5);
  }

  private static int answered(Pair pair, int count) throws IOException {
    ByteBuffer answer = ByteBuffer.allocate(count);
    while (answer.hasRemaining() && pair.peer().read(answer) >= 0) {}
    return answer.position();
  }

  @ParameterizedTest
  @EnumSource
  void aPipeThatIsSetLater_forwards(Execution.Mode mode) throws Exception {
    var stage = open(mode, 2);
    var from = pair(stage);
    var to = pair(stage);
    from.peerSends(3);
    CompletableFuture<Void> piped = from.connection().pipeTo(to.connection());
    from.peerSends(200_000);
    from.peer().shutdownOutput();

    assertThat(answered(to, 200_003)).isEqualTo(200_003);
    assertThat(to.peer().read(ByteBuffer.allocate(1))).as("FIN").isEqualTo(-1);
    piped.get(60, TimeUnit.SECONDS);
  }

  @ParameterizedTest
  @EnumSource
  void virtualAndPlatformThreadsReadInTurn(Execution.Mode mode) throws Exception {
    assumeTrue(Runtime.version().feature() >= 21, "Virtual threads need JDK 21.");
    var stage = open(mode);
    var pair = pair(stage);
    for (int i = 0; i < 5; i++) {
      CompletableFuture<Byte> read = new CompletableFuture<>();
      Thread virtual =
          VirtualThread.start(
              () -> {
                try {
                  read.complete(pair.connection().reader().readByte());
                } catch (IOException e) {
                  read.completeExceptionally(e);
                }
                pair.connection().reader().release();
              });
      Thread.sleep(i); // before it waits, or while it does
      pair.peerSends(1);
      assertThat(read.get(60, TimeUnit.SECONDS)).isZero();
      virtual.join();
      pair.converse();
    }
  }
}
