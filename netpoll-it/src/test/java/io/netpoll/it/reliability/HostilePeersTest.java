package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.AtLimit;
import io.netpoll.Connection;
import io.netpoll.DelimiterNotFoundException;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.OnRequest;
import io.netpoll.Reader;
import io.netpoll.buffer.PagePool;
import io.netpoll.it.Frames;
import io.netpoll.it.Setting;
import io.netpoll.it.Stage;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.LeakCheck;
import io.netpoll.testkit.proxy.FaultPlan;
import io.netpoll.testkit.proxy.FaultProxy;
import io.netpoll.testkit.proxy.Incident;
import io.netpoll.testkit.proxy.StreamFaults;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Peers that do what they should not: the server keeps serving a client that behaves, and its
 * memory stays bounded. The system property {@code netpoll.it.hostilePeers} sets how many there are
 * of each kind that holds its connection.
 */
@ExtendWith(LeakCheck.class)
@Timeout(120)
class HostilePeersTest {
  private static final int PEERS = Integer.getInteger("netpoll.it.hostilePeers", 60);
  private static final int MARK = 64 << 10;

  /** Sizes of frames: of a client that behaves, and of a peer that vanishes. */
  private static final int BEHAVED = 1000;

  private static final int HOSTILE = 10;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /** The largest read: reading stops behind the one that reaches the mark. */
  private static final long READ = 1 << 20;

  /** A peer that waits for an answer needs this much of the pool at most, beyond the marks. */
  private static final long PAGES = 64 << 10;

  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  static Stream<Setting> waitingSettings() {
    return settings().filter(setting -> setting.execution().mode() != Execution.Mode.INLINE);
  }

  private static Stage serve(Setting setting) throws IOException {
    return serve(setting, setting.echo(), options -> options);
  }

  private static Stage serve(
      Setting setting, OnRequest handler, UnaryOperator<EventLoop.Builder> options)
      throws IOException {
    return Stage.tcp(
        setting,
        handler,
        builder -> options.apply(builder.inputHighWaterMark(MARK).outputHighWaterMark(MARK)));
  }

  /** A fixed amount of work of a client that behaves; {@link Stage} limits each of its waits. */
  private static void assertServes(Stage stage) throws IOException {
    try (Connection client = stage.dial()) {
      for (int i = 0; i < 20; i++) {
        Frames.exchange(client, Frames.payload(i, BEHAVED));
      }
    }
  }

  private static long inUse() {
    return PagePool.shared().bytesInUse();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void whoConnectsAndSaysNothing_takesNoMemoryAndIsInNobodysWay(Setting setting) throws Exception {
    try (Stage stage = serve(setting);
        Peers peers = new Peers(stage)) {
      assertServes(stage);
      long before = inUse();
      peers.connect(PEERS);
      Eventually.holds("all are accepted", () -> stage.server().connections() >= PEERS);
      assertServes(stage);
      assertThat(inUse() - before).isLessThan(1 << 20);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void whoSendsByteByByte_isInNobodysWay(Setting setting) throws Exception {
    byte[] frame = Frames.frame(Frames.payload(1, 6));
    try (Stage stage = serve(setting);
        Peers peers = new Peers(stage)) {
      peers.connect(PEERS);
      for (byte each : frame) {
        peers.send(new byte[] {each});
        assertServes(stage);
      }
      peers.expect(frame);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void whoNeverReads_isResetInTime_andHoldsWhatTheMarksAllow(Setting setting) throws Exception {
    int pushers = Math.min(PEERS, 8);
    try (Stage stage = serve(setting, closingWhenInactive(setting), options -> options);
        Peers peers = new Peers(stage)) {
      long before = inUse();
      peers.connect(pushers);
      long most = peers.pushUntilClosed(Frames.frame(new byte[MARK / 2]));
      assertThat(most - before).isLessThan(pushers * 2L * (MARK + READ));
      Eventually.holds("all are closed", () -> stage.server().connections() == 0);
      assertServes(stage);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void whoVanishesWithoutAWord_isClosedWhenInactive(Setting setting) throws Exception {
    StreamFaults blackHole = StreamFaults.NONE.then(Incident.BLACK_HOLE, Integer.BYTES + HOSTILE);
    FaultPlan plan = new FaultPlan(blackHole, blackHole);
    try (Stage stage = serve(setting, closingWhenInactive(setting), options -> options);
        FaultProxy proxy =
            new FaultProxy((InetSocketAddress) stage.listener().localAddress(), number -> plan)) {
      try (Socket peer = new Socket()) {
        peer.connect(proxy.address());
        peer.setSoTimeout((int) PATIENCE.toMillis());
        Frames.exchangeOnce(peer, Frames.payload(1, HOSTILE));
      } // nobody hears that it closes
      Eventually.holds("it is closed", () -> stage.server().connections() == 0);
      assertServes(stage);
    }
  }

  /** Echoes; a connection whose first frame is of the size of a hostile peer's is watched. */
  private static OnRequest closingWhenInactive(Setting setting) {
    OnRequest echo = setting.echo();
    return connection -> {
      Reader in = connection.reader();
      boolean hostile = in.request(Integer.BYTES) && in.peekInt() != BEHAVED;
      echo.onRequest(connection);
      if (hostile) {
        connection.setInactivityTimeout(Duration.ofMillis(300));
      }
    };
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aResetAtAnyPoint_harmsNobody(Setting setting) throws Exception {
    byte[] frame = Frames.frame(Frames.payload(1, 40));
    try (Stage stage = serve(setting)) {
      for (int sent = 0; sent <= frame.length; sent++) {
        for (int read = 0; read <= (sent == frame.length ? frame.length : 0); read += 11) {
          resetAfter(stage, frame, sent, read);
        }
      }
      assertServes(stage);
      Eventually.holds("all are closed", () -> stage.server().connections() == 0);
    }
  }

  private static void resetAfter(Stage stage, byte[] frame, int sent, int read) throws IOException {
    try (Socket peer = stage.socket()) {
      peer.setSoLinger(true, 0);
      peer.getOutputStream().write(frame, 0, sent);
      assertThat(peer.getInputStream().readNBytes(read)).hasSize(read);
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aFloodBeyondTheLimit_isRefused_andWhoIsInsideIsServed(Setting setting) throws Exception {
    UnaryOperator<EventLoop.Builder> few = options -> options.maxConnections(1, AtLimit.REFUSE);
    try (Stage stage = serve(setting, setting.echo(), few);
        Peers peers = new Peers(stage);
        Connection inside = stage.dial()) {
      Frames.exchange(inside, Frames.payload(0, 1000));
      peers.flood(PEERS);
      Frames.exchange(inside, Frames.payload(1, 1000));
      Eventually.holds(
          "all are refused", () -> stage.server().refusals().overMaxConnections() >= PEERS);
      Frames.exchange(inside, Frames.payload(2, 1000));
      assertThat(stage.server().connections()).isEqualTo(1);
    }
  }

  @ParameterizedTest
  @MethodSource("waitingSettings")
  void aDeclaredLengthOfTwoGigabytes_takesOnePageAtMost(Setting setting) throws Exception {
    byte[] declared = ByteBuffer.allocate(100).putInt(Integer.MAX_VALUE).array();
    try (Stage stage = serve(setting);
        Peers peers = new Peers(stage)) {
      assertServes(stage);
      long before = inUse();
      peers.connect(PEERS);
      peers.send(declared);
      assertServes(stage);
      assertThat(inUse() - before).isLessThan(PEERS * PAGES);
      peers.send(new byte[1]); // now it reads with the whole frame in mind
      assertServes(stage);
      assertThat(inUse() - before).isLessThan(PEERS * 2 * PAGES);
    }
  }

  static Stream<Setting> inlineSettings() {
    return settings().filter(setting -> setting.execution().mode() == Execution.Mode.INLINE);
  }

  @ParameterizedTest
  @MethodSource("inlineSettings") // handlers of a thousand peers wait without a thousand threads
  void declaredLengthsOfAThousandPeers_takeMemoryAsBytesCome(Setting setting) throws Exception {
    int peersDeclaring = 1000;
    int firstPage = 4 << 10; // when it is full, the next read gets a page for what was declared
    byte[] declared = ByteBuffer.allocate(firstPage).putInt(1 << 30).array();
    try (Stage stage = serve(setting);
        Peers peers = new Peers(stage)) {
      assertServes(stage);
      long before = inUse();
      peers.connect(peersDeclaring);
      peers.send(declared);
      assertServes(stage);
      for (int i = 0; i < 3; i++) {
        peers.send(new byte[100]);
        assertServes(stage);
        assertThat(inUse() - before).isLessThan(peersDeclaring * 2 * PAGES);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aNegativeLength_closesItsConnectionOnly(Setting setting) throws Exception {
    byte[] declared = ByteBuffer.allocate(100).putInt(-1).array();
    try (Stage stage = serve(setting);
        Peers peers = new Peers(stage)) {
      peers.connect(10);
      peers.send(declared);
      peers.expectTheEnd();
      assertServes(stage);
    }
  }

  @ParameterizedTest
  @MethodSource("waitingSettings")
  void anEndlessLine_endsAtTheBoundOfUntil(Setting setting) throws Exception {
    Queue<Throwable> thrown = new ConcurrentLinkedQueue<>();
    OnRequest lines =
        connection -> {
          try {
            connection.writer().writeBinary(connection.reader().until((byte) '\n', 8 << 10));
            connection.writer().flush();
          } catch (DelimiterNotFoundException e) {
            thrown.add(e);
            throw e;
          }
        };
    int pushers = Math.min(PEERS, 8);
    try (Stage stage = serve(setting, lines, options -> options);
        Peers peers = new Peers(stage)) {
      long before = inUse();
      peers.connect(pushers);
      long most = peers.pushUntilClosed(new byte[MARK]);
      assertThat(most - before).isLessThan(pushers * (4L * MARK + PAGES));
      assertThat(thrown).hasSize(pushers);
      try (Connection client = stage.dial()) {
        client.writer().writeString("a line\n");
        client.writer().flush();
        assertThat(client.reader().readString(7)).isEqualTo("a line\n");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aTlsHandshakeOnAPlainPort_closesItsConnectionOnly(Setting setting) throws Exception {
    OnRequest echo = setting.echo();
    OnRequest checking =
        connection -> {
          Reader in = connection.reader();
          if (in.request(Integer.BYTES) && in.peekInt() > 1 << 20) {
            throw new IOException("a frame of " + in.peekInt() + " bytes");
          }
          echo.onRequest(connection);
        };
    byte[] clientHello = HexFormat.of().parseHex("16030100c8010000c40303" + "5b".repeat(194));
    try (Stage stage = serve(setting, checking, options -> options);
        Peers peers = new Peers(stage)) {
      peers.connect(10);
      peers.send(clientHello);
      peers.expectTheEnd();
      assertServes(stage);
    }
  }
}
