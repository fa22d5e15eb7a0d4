package io.netpoll.testkit.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What a proxy does to connections, seen by plain sockets at both ends. */
@ExtendWith(LeakCheck.class)
@Timeout(60)
class FaultProxyTest {
  private static final int PATIENCE_MILLIS = 20_000;

  private final Deque<AutoCloseable> open = new ArrayDeque<>();
  private ServerSocket listener;
  private FaultProxy proxy;
  private Socket client;
  private Socket server;

  @BeforeEach
  void listen() throws IOException {
    listener = keep(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()));
  }

  @AfterEach
  void closeAll() throws Exception {
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private <T extends AutoCloseable> T keep(T resource) {
    open.push(resource);
    return resource;
  }

  /** Connects a client with the server, through a proxy that does this to the client's bytes. */
  private void connect(StreamFaults toServer) throws IOException {
    connect(new FaultPlan(toServer, StreamFaults.NONE));
  }

  private void connect(FaultPlan plan) throws IOException {
    proxy = keep(new FaultProxy((InetSocketAddress) listener.getLocalSocketAddress(), n -> plan));
    client = dial();
    server = keep(listener.accept());
    server.setSoTimeout(PATIENCE_MILLIS);
  }

  private Socket dial() throws IOException {
    Socket socket = keep(new Socket());
    socket.connect(proxy.address());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(US_ASCII));
  }

  private static String receive(Socket socket, int count) throws IOException {
    return new String(socket.getInputStream().readNBytes(count), US_ASCII);
  }

  private static void assertReset(Socket socket) {
    assertThatThrownBy(() -> socket.getInputStream().read())
        .isInstanceOf(SocketException.class)
        .hasMessageContaining("reset");
  }

  @ParameterizedTest
  @EnumSource
  void howeverItIsCut_everyByteArrivesInOrder_andTheEnd(Cutting cutting) throws Exception {
    StreamFaults faults =
        StreamFaults.NONE
            .cut(cutting)
            .delayed(Duration.ofNanos(1000), Duration.ofNanos(100_000))
            .limited(50_000_000);
    connect(new FaultPlan(faults, faults));
    byte[] sent = new byte[40_000];
    new Random(1).nextBytes(sent);
    client.getOutputStream().write(sent);
    client.shutdownOutput();
    byte[] received = server.getInputStream().readAllBytes();
    assertThat(received).isEqualTo(sent);
    server.getOutputStream().write(received);
    server.close();
    assertThat(client.getInputStream().readAllBytes()).isEqualTo(sent);
    client.close();
    Eventually.holds("it is over", () -> proxy.connections() == 0);
  }

  @Test
  void whatIsToBeCoalesced_waitsAMomentForMore() throws Exception {
    connect(StreamFaults.NONE.cut(Cutting.COALESCED));
    client.setTcpNoDelay(true);
    long start = System.nanoTime();
    send(client, "a");
    send(client, "b");
    assertThat(receive(server, 2)).isEqualTo("ab");
    assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(2).toNanos());
  }

  @Test
  void theRateIsKept_byEachPiece() throws Exception {
    connect(StreamFaults.NONE.limited(10_000).cut(Cutting.SINGLE_BYTES));
    long start = System.nanoTime();
    send(client, "x".repeat(1001)); // as one piece it would pass at once
    assertThat(receive(server, 1001)).hasSize(1001);
    assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(99).toNanos());
  }

  @Test
  void eachReadIsHeldBack() throws Exception {
    connect(StreamFaults.NONE.delayed(Duration.ofMillis(50), Duration.ofMillis(1)));
    long start = System.nanoTime();
    send(client, "x");
    assertThat(receive(server, 1)).isEqualTo("x");
    assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(49).toNanos());
  }

  @Test
  void afterAStall_theRestArrives() throws Exception {
    connect(StreamFaults.NONE.stalled(3, Duration.ofMillis(50)));
    long start = System.nanoTime();
    send(client, "abcdef");
    assertThat(receive(server, 6)).isEqualTo("abcdef");
    assertThat(System.nanoTime() - start).isGreaterThan(Duration.ofMillis(49).toNanos());
  }

  @Test
  void aReset_reachesBothSides() throws Exception {
    connect(StreamFaults.NONE.then(Incident.RESET, 3));
    send(client, "abcdef");
    assertReset(client);
    assertThatThrownBy(() -> receive(server, 6)).isInstanceOf(SocketException.class);
  }

  @Test
  void anIncidentAfterNoByte_happensAtOnce() throws Exception {
    connect(StreamFaults.NONE.then(Incident.RESET, 0));
    assertReset(client);
    assertReset(server);
  }

  @Test
  void theEnd_reachesBothSidesInTheMiddle_andWhatComesIsDropped() throws Exception {
    connect(StreamFaults.NONE.then(Incident.END, 3));
    send(client, "abcdef");
    assertThat(receive(server, 6)).isEqualTo("abc");
    assertThat(client.getInputStream().read()).isEqualTo(-1);
    send(server, "dropped");
    send(client, "dropped");
    client.close();
    server.close();
    Eventually.holds("it is over", () -> proxy.connections() == 0);
  }

  @Test
  void aHalfClose_endsOneDirection_andTheOtherGoesOn() throws Exception {
    connect(StreamFaults.NONE.then(Incident.HALF_CLOSE, 3));
    send(client, "abcdef");
    assertThat(receive(server, 6)).isEqualTo("abc");
    send(server, "answer");
    assertThat(receive(client, 6)).isEqualTo("answer");
  }

  @Test
  void aBlackHole_swallowsTheRestAndTheEnd_andTheOtherDirectionGoesOn() throws Exception {
    connect(StreamFaults.NONE.then(Incident.BLACK_HOLE, 3));
    send(client, "abcdef");
    client.shutdownOutput();
    assertThat(receive(server, 3)).isEqualTo("abc");
    send(server, "answer");
    server.shutdownOutput();
    assertThat(receive(client, 7)).isEqualTo("answer");
    Eventually.holds("both directions have ended", () -> proxy.connections() == 0);
    assertThat(server.getInputStream().read()).as("the proxy closed in order").isEqualTo(-1);
  }

  @Test
  void aResetByOneSide_reachesTheOther() throws Exception {
    connect(StreamFaults.NONE);
    client.setSoLinger(true, 0);
    client.close();
    assertReset(server);
  }

  @Test
  void whereTheServerRefuses_theClientIsReset() throws Exception {
    connect(StreamFaults.NONE);
    listener.close();
    assertReset(dial());
  }

  @Test
  void closing_resetsBothSides_alsoInTheMiddleOfAPause() throws Exception {
    connect(StreamFaults.NONE.stalled(1, Duration.ofHours(1)));
    send(client, "abc");
    assertThat(receive(server, 1)).isEqualTo("a");
    proxy.close();
    assertReset(client);
    assertReset(server);
    assertThat(proxy.connections()).isZero();
  }

  @Test
  void connectionsAreNumberedInTheirOrder() throws Exception {
    proxy =
        keep(
            new FaultProxy(
                (InetSocketAddress) listener.getLocalSocketAddress(),
                number ->
                    new FaultPlan(
                        StreamFaults.NONE, StreamFaults.NONE.then(Incident.HALF_CLOSE, number))));
    for (int number = 0; number < 5; number++) {
      Socket each = dial();
      send(keep(listener.accept()), "abcdef");
      assertThat(receive(each, 6)).hasSize(number);
    }
  }
}
