package io.netpoll.testkit.contract;

import static java.net.StandardSocketOptions.SO_LINGER;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.Execution;
import io.netpoll.InlineWaitException;
import io.netpoll.LinkBuffer;
import io.netpoll.ShardQueue;
import io.netpoll.WriteTimeoutException;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * Who owns the memory of a connection when it ends, and how much of it there can be: what a thread
 * has claimed or has views of stays its own, all else is given back, and a peer that does not read
 * costs no more than the marks.
 */
abstract class MemoryContract extends ConnectionSuite {
  private static final int KIB = 1 << 10;
  private static final int PAGE = 4 * KIB;
  private static final int MARK = 64 * KIB;

  private static long inUse() {
    return LinkBuffer.memory().inUse();
  }

  private static void assertGivenBack(long before) {
    Eventually.holds("all pages are given back", () -> inUse() <= before);
  }

  /** Ends a connection by RST. */
  private static void reset(SocketChannel peer) throws IOException {
    peer.setOption(SO_LINGER, 0);
    peer.close();
  }

  /** A connection whose handler stops between reading and answering, as often as it is called. */
  private static final class Victim {
    final SynchronousQueue<CountDownLatch> stopped = new SynchronousQueue<>();

    void serve(Connection connection) throws Exception {
      ByteBuffer request = connection.reader().next(connection.reader().length());
      CountDownLatch goOn = new CountDownLatch(1);
      stopped.put(goOn);
      goOn.await();
      connection.writer().writeBinary(request);
      connection.writer().flush();
    }

    /** Has a request answered during which somebody else acts. */
    void checkDuring(SocketChannel peer, Runnable action) throws Exception {
      byte[] request = new byte[1000];
      for (int i = 0; i < request.length; i++) {
        request[i] = (byte) i;
      }
      peer.write(ByteBuffer.wrap(request));
      int answered = 0;
      while (answered < request.length) {
        CountDownLatch goOn = stopped.poll(20, TimeUnit.SECONDS);
        action.run();
        goOn.countDown();
        ByteBuffer answer = ByteBuffer.allocate(request.length - answered);
        assertThat(peer.read(answer)).isPositive();
        for (int i = 0; i < answer.position(); i++) {
          assertThat(answer.get(i)).isEqualTo(request[answered + i]);
        }
        answered += answer.position();
      }
    }
  }

  /** Two servers: at one, a connection is about to end; at the other one, the victim's is used. */
  private final class Servers {
    final CompletableFuture<Connection> opened = new CompletableFuture<>();
    final Victim victim = new Victim();
    final ConnectionStage stage;
    final ConnectionStage.Server ending;
    final SocketChannel otherPeer;
    final SocketChannel peer;

    Servers(Execution.Mode mode) throws Exception {
      stage = open(mode);
      ending = stage.serve(SocketKind.TCP, opened::complete);
      otherPeer = stage.peer(stage.serve(SocketKind.TCP, victim::serve));
      peer = stage.peer(ending);
    }

    /** The connection that is to end, once its peer has sent something. */
    Connection connection() throws Exception {
      return opened.get(20, TimeUnit.SECONDS);
    }

    void resetIt() throws IOException {
      reset(peer);
      Eventually.holds("the connection has ended", () -> ending.loop().connections() == 0);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionEndsBetweenMallocAndFlush_theWriterWritesIntoNobodyElsesBytes(Execution.Mode mode)
      throws Exception {
    long before = inUse();
    Servers servers = new Servers(mode);
    servers.peer.write(ByteBuffer.allocate(1));
    Connection connection = servers.connection();

    ByteBuffer claimed = connection.writer().malloc(PAGE / 2);
    servers.resetIt();
    for (int i = 0; i < 8; i++) {
      servers.victim.checkDuring(
          servers.otherPeer,
          () -> {
            for (int at = 0; at < claimed.capacity(); at++) {
              claimed.put(at, (byte) 0xEE);
            }
          });
    }

    assertThatExceptionOfType(ConnectionClosedException.class)
        .isThrownBy(connection.writer()::flush);
    servers.otherPeer.close();
    assertGivenBack(before);
  }

  @ParameterizedTest
  @EnumSource
  void aConnectionEndsWhileAThreadHasAView_theViewShowsWhatWasReceived(Execution.Mode mode)
      throws Exception {
    long before = inUse();
    Servers servers = new Servers(mode);
    ByteBuffer sent = ByteBuffer.allocate(500);
    for (int i = 0; i < sent.capacity(); i++) {
      sent.put(i, (byte) 0x55);
    }
    servers.peer.write(sent.duplicate());
    Connection connection = servers.connection();

    ByteBuffer view = connection.reader().next(300);
    servers.resetIt();
    for (int i = 0; i < 8; i++) {
      servers.victim.checkDuring(
          servers.otherPeer, () -> assertThat(view).isEqualTo(sent.slice(0, 300)));
    }

    connection.reader().release();
    servers.otherPeer.close();
    assertGivenBack(before);
  }

  @ParameterizedTest
  @EnumSource
  void dialledConnectionsThatAreClosedWithUnreadBytes_giveTheirPagesBack(Execution.Mode mode)
      throws Exception {
    long before = inUse();
    var stage = open(mode);
    byte[] answer = new byte[3000];
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      for (int i = 0; i < 40; i++) {
        try (Connection connection = stage.dial(server.getLocalSocketAddress());
            Socket accepted = server.accept()) {
          accepted.getOutputStream().write(answer);
          if (i % 2 == 0) {
            accepted.shutdownOutput(); // else this side ends first
          }
          if (i % 4 < 2) {
            connection.reader().readInt();
          } else {
            Eventually.holds("bytes have come", () -> connection.reader().length() > 0);
          }
        }
      }
    }
    assertGivenBack(before);
  }

  @ParameterizedTest
  @EnumSource
  void aDialledConnectionIsClosedUnderItsReader_itsPagesAreGivenBack(Execution.Mode mode)
      throws Exception {
    long before = inUse();
    var stage = open(mode);
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Connection connection = stage.dial(server.getLocalSocketAddress());
      try (Socket accepted = server.accept()) {
        accepted.getOutputStream().write(new byte[3000]);
        Background<Void> reader =
            Background.run(
                () -> {
                  connection.reader().readInt();
                  connection.reader().next(MARK);
                });
        Eventually.holds("bytes have come", () -> connection.reader().length() == 2996);
        connection.close();
        assertThat(reader.failure()).isInstanceOf(ConnectionClosedException.class);
      }
    }
    assertGivenBack(before);
  }

  @ParameterizedTest
  @EnumSource
  void whatThePeerSentBeforeItClosed_staysReadableByHand_untilTheUserCloses(Execution.Mode mode)
      throws Exception {
    long before = inUse();
    var stage = open(mode);
    try (ServerSocket server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress())) {
      Connection connection = stage.dial(server.getLocalSocketAddress());
      try (Socket accepted = server.accept()) {
        accepted.getOutputStream().write(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9});
      }
      CountDownLatch ended = new CountDownLatch(1);
      connection.addCloseCallback(closed -> ended.countDown());
      assertThat(ended.await(20, TimeUnit.SECONDS)).isTrue();
      assertThat(connection.reader().readInt()).isEqualTo(0x01020304);
      connection.reader().release();
      assertThat(connection.reader().readInt()).isEqualTo(0x05060708);
      connection.close();
    }
    assertGivenBack(before);
  }

  @ParameterizedTest
  @EnumSource
  void whatAFailingFlushWasToSend_isDropped(Execution.Mode mode) throws Exception {
    long before = inUse();
    var stage = open(mode);
    var server = stage.serve(SocketKind.TCP, ECHO);
    Connection connection = stage.dial(server.address());
    connection.close();
    for (int i = 0; i < 50; i++) {
      connection.writer().writeBinary(new byte[MARK]);
      assertThatExceptionOfType(ConnectionClosedException.class)
          .isThrownBy(connection.writer()::flush);
      assertThat(connection.writer().mallocLength()).isZero();
    }
    assertGivenBack(before);
  }

  /** Writes to a peer that does not read until that is refused; returns how many bytes it took. */
  private static long writeUntilRefused(Connection slow, AtomicInteger refused) {
    long taken = 0;
    byte[] message = new byte[16 * KIB];
    while (true) {
      slow.writer().writeBinary(message);
      try {
        slow.writer().flush();
      } catch (InlineWaitException | WriteTimeoutException e) {
        refused.incrementAndGet();
        return taken;
      } catch (IOException e) {
        throw new AssertionError(e);
      }
      taken += message.length;
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerWritesToAnotherConnectionThatDoesNotRead_itIsRefusedAtTheMark(Execution.Mode mode)
      throws Exception {
    long before = inUse();
    var stage = open(mode);
    CompletableFuture<Connection> slow = new CompletableFuture<>();
    AtomicInteger refused = new AtomicInteger();
    var subscribers =
        stage.serve(
            SocketKind.TCP,
            slow::complete,
            options -> options.outputHighWaterMark(MARK).writeTimeout(Duration.ofMillis(50)));
    var publishers =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              connection.reader().skip(connection.reader().length());
              writeUntilRefused(slow.join(), refused);
              connection.writer().writeByte(7);
              connection.writer().flush();
            });
    SocketChannel subscriber = stage.peer(subscribers);
    subscriber.write(ByteBuffer.allocate(1));
    slow.get(20, TimeUnit.SECONDS);
    SocketChannel publisher = stage.peer(publishers);
    for (int i = 1; i <= 3; i++) {
      publisher.write(ByteBuffer.allocate(1));
      ByteBuffer answer = ByteBuffer.allocate(1);
      assertThat(publisher.read(answer)).isEqualTo(1);
      assertThat(refused).hasValue(i);
      assertThat(inUse() - before).isLessThan(8 * MARK);
    }
    slow.join().abort();
    publisher.close();
    assertGivenBack(before);
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerQueuesForAnotherConnectionThatReadsLate_noMessageIsLost(Execution.Mode mode)
      throws Exception {
    int messages = 48;
    var stage = open(mode);
    CompletableFuture<ShardQueue> slow = new CompletableFuture<>();
    var subscribers =
        stage.serve(
            SocketKind.TCP,
            connection -> slow.complete(ShardQueue.of(connection)),
            options -> options.outputHighWaterMark(MARK));
    var publishers =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              connection.reader().skip(connection.reader().length());
              for (int i = 0; i < messages; i++) {
                LinkBuffer message = LinkBuffer.create();
                message.writeBinary(new byte[16 * KIB - 1]);
                message.writeByte(i);
                message.flush();
                slow.join().put(message);
              }
            });
    SocketChannel subscriber = stage.peer(subscribers);
    subscriber.write(ByteBuffer.allocate(1));
    slow.get(20, TimeUnit.SECONDS);
    SocketChannel publisher = stage.peer(publishers);
    publisher.write(ByteBuffer.allocate(1));
    stage.letTheLoopTurn();
    byte[] all = Channels.newInputStream(subscriber).readNBytes(messages * 16 * KIB);
    for (int i = 0; i < messages; i++) {
      assertThat(all[(i + 1) * 16 * KIB - 1]).isEqualTo((byte) i);
    }
  }

  @ParameterizedTest
  @EnumSource
  void aHandlerWritesMoreThanItsOwnPeerReads_itIsRefusedAtTheMark(Execution.Mode mode)
      throws Exception {
    long before = inUse();
    var stage = open(mode);
    AtomicInteger refused = new AtomicInteger();
    CompletableFuture<Long> most = new CompletableFuture<>();
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              connection.reader().skip(connection.reader().length());
              writeUntilRefused(connection, refused);
              most.complete(inUse() - before);
              connection.abort();
            },
            options -> options.outputHighWaterMark(MARK).writeTimeout(Duration.ofMillis(50)));
    SocketChannel peer = stage.peer(server);
    peer.write(ByteBuffer.allocate(1));
    assertThat(most.get(20, TimeUnit.SECONDS)).isLessThan(8 * MARK);
    assertThat(refused).hasValue(1);
    assertGivenBack(before);
  }
}
