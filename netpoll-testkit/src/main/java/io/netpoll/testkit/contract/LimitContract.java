package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.AtLimit;
import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Refusals;
import io.netpoll.testkit.Eventually;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Limits on connections: who comes in, who is reset, who waits. */
abstract class LimitContract extends ConnectionSuite {

  private ConnectionStage.Server echoing(
      ConnectionStage stage, UnaryOperator<EventLoop.Builder> limits) throws IOException {
    return stage.serve(SocketKind.TCP, ECHO, limits);
  }

  private static void assertServed(SocketChannel peer) throws IOException {
    peer.write(ByteBuffer.wrap(new byte[] {42}));
    ByteBuffer answer = ByteBuffer.allocate(1);
    assertThat(peer.read(answer)).isEqualTo(1);
    assertThat(answer.get(0)).isEqualTo((byte) 42);
  }

  /**
   * A reset may come before the peer's own first byte, and before it knows that it is connected.
   */
  private static void assertReset(ConnectionStage stage, ConnectionStage.Server server) {
    assertThatThrownBy(() -> exchange(stage.peer(server))).isInstanceOf(IOException.class);
  }

  private static void exchange(SocketChannel peer) throws IOException {
    peer.write(ByteBuffer.allocate(1));
    peer.read(ByteBuffer.allocate(1));
  }

  @ParameterizedTest
  @EnumSource
  void overMaxConnections_peersAreReset_untilOneLeaves(Execution.Mode mode) throws Exception {
    var stage = open(mode, 2);
    var server = echoing(stage, options -> options.maxConnections(2, AtLimit.REFUSE));
    SocketChannel first = stage.peer(server);
    assertServed(first);
    SocketChannel second = stage.peer(server);
    assertServed(second);
    assertReset(stage, server);
    assertReset(stage, server);
    assertServed(second);
    assertThat(server.loop().refusals()).isEqualTo(new Refusals(2, 0, 0));
    first.close();
    Eventually.holds("the first has left", () -> server.loop().connections() == 1);
    assertServed(stage.peer(server));
  }

  @ParameterizedTest
  @EnumSource
  void overMaxConnections_peersWait_untilOthersLeave(Execution.Mode mode) throws Exception {
    var stage = open(mode, 2);
    var server = echoing(stage, options -> options.maxConnections(1, AtLimit.WAIT));
    List<SocketChannel> peers = new ArrayList<>();
    for (int i = 0; i < 4; i++) {
      peers.add(stage.peer(server));
    }
    for (SocketChannel peer : peers) {
      assertServed(peer);
      assertThat(server.loop().connections()).isEqualTo(1);
      peer.close();
    }
    assertThat(server.loop().refusals().total()).isZero();
  }

  /** The ways in which a connection leaves a place, each of them taken twice. */
  private enum Leaving {
    PEER_CLOSES,
    PEER_RESETS,
    HANDLER_CLOSES,
    HANDLER_ABORTS,
    HANDLER_THROWS,
    HANDLER_DETACHES
  }

  @ParameterizedTest
  @EnumSource
  void howeverConnectionsLeave_theFullNumberIsServedAgain(Execution.Mode mode) throws Exception {
    int places = 3;
    var stage = open(mode, 2);
    var server =
        stage.serve(
            SocketKind.TCP,
            connection -> {
              int request = connection.reader().readByte();
              connection.writer().writeByte(request);
              connection.writer().flush();
              if (request < 0) {
                leave(connection, Leaving.values()[request + Leaving.values().length]);
              }
            },
            options -> options.maxConnections(places, AtLimit.REFUSE));
    int refused = 0;
    for (int i = 0; i < 2 * Leaving.values().length; i++) {
      List<SocketChannel> peers = new ArrayList<>();
      for (int j = 0; j < places; j++) {
        peers.add(stage.peer(server));
        assertServed(peers.get(j));
      }
      assertReset(stage, server);
      refused++;
      assertThat(server.loop().refusals().overMaxConnections()).isEqualTo(refused);
      for (int j = 0; j < places; j++) {
        leave(peers.get(j), (i + j) % Leaving.values().length);
      }
      Eventually.holds("all have left", () -> server.loop().connections() == 0);
    }
  }

  private static void leave(SocketChannel peer, int how) throws IOException {
    switch (Leaving.values()[how]) {
      case PEER_CLOSES -> peer.close();
      case PEER_RESETS -> SocketKind.TCP.reset(peer);
      default -> peer.write(ByteBuffer.wrap(new byte[] {(byte) (how - Leaving.values().length)}));
    }
  }

  private void leave(Connection connection, Leaving how) throws IOException {
    if (contract().filter() != null && how == Leaving.HANDLER_DETACHES) {
      connection.close(); // it cannot be detached
      return;
    }
    switch (how) {
      case HANDLER_CLOSES -> connection.close();
      case HANDLER_ABORTS -> connection.abort();
      case HANDLER_DETACHES ->
          connection
              .detach()
              .thenAccept(
                  socket -> {
                    socket.unread().close();
                    socket.close();
                  });
      default -> throw new IOException("thrown on purpose by a test");
    }
  }

  @ParameterizedTest
  @EnumSource
  void whoWaitsWhenTheServerShutsDown_isReset(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server = echoing(stage, options -> options.maxConnections(1, AtLimit.WAIT));
    assertServed(stage.peer(server));
    SocketChannel waiting = stage.peer(server);
    stage.letTheLoopTurn();
    assertThat(server.loop().shutdown(ConnectionStage.PATIENCE).clean()).isTrue();
    assertThatThrownBy(() -> exchange(waiting)).isInstanceOf(IOException.class);
  }

  @ParameterizedTest
  @EnumSource
  void overTheLimitOfAnAddress_itsPeersAreReset(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server = echoing(stage, options -> options.maxConnectionsPerAddress(1));
    assertServed(stage.peer(server));
    assertReset(stage, server);
    assertThat(server.loop().refusals()).isEqualTo(new Refusals(0, 1, 0));
  }

  @ParameterizedTest
  @EnumSource
  void overTheAcceptRate_peersAreReset(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server = echoing(stage, options -> options.acceptRate(1, AtLimit.REFUSE));
    Eventually.holds(
        "one came too soon",
        () -> {
          dial(stage, server);
          return server.loop().refusals().overAcceptRate() > 0;
        });
  }

  private static void dial(ConnectionStage stage, ConnectionStage.Server server) {
    try {
      stage.peer(server);
    } catch (IOException refused) {
      // The reset was faster than the end of connect.
    }
  }

  @ParameterizedTest
  @EnumSource
  void overTheAcceptRate_peersWait(Execution.Mode mode) throws Exception {
    var stage = open(mode);
    var server = echoing(stage, options -> options.acceptRate(200, AtLimit.WAIT));
    List<SocketChannel> peers = new ArrayList<>();
    for (int i = 0; i < 25; i++) {
      peers.add(stage.peer(server));
    }
    for (SocketChannel peer : peers) {
      assertServed(peer);
    }
    assertThat(server.loop().refusals().total()).isZero();
  }
}
