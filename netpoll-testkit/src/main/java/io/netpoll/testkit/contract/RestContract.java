package io.netpoll.testkit.contract;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.ConnectException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalInt;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A poller sleeps, whatever state a socket is left in, wherever the socket came from, and whatever
 * its peer does then.
 */
abstract class RestContract extends PollerSuite {

  /** Gives a second descriptor for one; empty if nobody knows how. */
  abstract OptionalInt duplicate(int descriptor);

  /** How the poller got a socket. */
  enum Origin {
    /** It accepted or bound it. */
    OWN,
    /** Somebody else made it, and gave it away. */
    ADOPTED,
    /** Somebody else made it, and has it still. */
    SHARED
  }

  /** What a connected socket, its endpoint and its peer have done. */
  enum State {
    READING,
    NEVER_RESUMED_WITH_INPUT,
    PAUSED_WITH_INPUT,
    NO_SPACE_FOR_INPUT,
    PEER_HALF_CLOSED,
    PEER_HALF_CLOSED_WHILE_PAUSED,
    PEER_CLOSED,
    PEER_CLOSED_WHILE_PAUSED,
    PEER_CLOSED_WITH_OUTPUT_UNREAD,
    PEER_RESET,
    PEER_RESET_WHILE_PAUSED,
    PEER_RESET_WITH_INPUT_UNREAD,
    PEER_RESET_AFTER_ITS_END,
    OUTPUT_FULL,
    OUTPUT_FULL_WHILE_PAUSED,
    OUTPUT_FULL_AND_PEER_HALF_CLOSED,
    OUTPUT_FULL_AND_PEER_HALF_CLOSED_WHILE_PAUSED,
    OUTPUT_FULL_AND_PEER_RESET_WHILE_PAUSED,
    OUTPUT_DRAINED,
    OUTPUT_SHUT,
    OUTPUT_SHUT_AND_PEER_HALF_CLOSED,
    CLOSED,
    CLOSED_WITH_INPUT_UNREAD,
    CLOSED_WITH_OUTPUT_FULL,
    ABORTED,
    DETACHED_WITH_INPUT_UNREAD,
    DETACHED_AND_CLOSED
  }

  /** A state of a socket of some origin and kind. */
  record Scenario(State state, Origin origin, SocketKind kind) {}

  static Stream<Scenario> scenarios() {
    return Arrays.stream(State.values())
        .flatMap(
            state ->
                Arrays.stream(Origin.values())
                    .flatMap(
                        origin ->
                            Arrays.stream(SocketKind.values())
                                .map(kind -> new Scenario(state, origin, kind))));
  }

  @ParameterizedTest
  @MethodSource("scenarios")
  void aConnectedSocketIsInAState_andItsPeerSendsAndGoes(Scenario scenario) throws Exception {
    SocketPair pair = connected(scenario.origin(), scenario.kind());
    bring(pair, scenario.state());
    stage.awaitSleep();
    if (pair.peer().isOpen()) {
      send(pair);
      stage.awaitSleep();
      pair.peer().close(); // and so it is when the stage closes
    }
  }

  /** The socket may have been reset, or its output shut. */
  private static void send(SocketPair pair) {
    try {
      pair.peerSends("late");
    } catch (IOException nobodyReads) {
      // Then the socket has nothing to do about it, either.
    }
  }

  private SocketPair connected(Origin origin, SocketKind kind) throws IOException {
    if (origin != Origin.SHARED) {
      return SocketPair.open(
          stage,
          kind,
          directory,
          new RecordingEndpoint(),
          socket -> origin == Origin.OWN ? socket : adopted(socket));
    }
    ServerSocketChannel listening = listen(kind);
    SocketChannel peer = stage.keep(SocketChannel.open(listening.getLocalAddress()));
    int second = second(listening::accept);
    return new SocketPair(
        stage.attach(provider().adoptStream(second), new RecordingEndpoint()), peer);
  }

  /** Gives a socket away, and adopts what it was. */
  private StreamSocket adopted(StreamSocket socket) throws IOException {
    return provider().adoptsDescriptors()
        ? provider().adoptStream(socket.releaseDescriptor())
        : provider().adoptStream(socket.releaseChannel());
  }

  /** A second descriptor of what is opened, which stays open until the end. */
  private int second(SharedDescriptor.Opening<?> opening) throws IOException {
    assumeTrue(provider().adoptsDescriptors(), "The backend adopts no descriptors.");
    return SharedDescriptor.of(stage::keep, opening, this::duplicate);
  }

  private void bring(SocketPair pair, State state) throws IOException {
    Handle handle = pair.handle();
    switch (state) {
      case READING -> handle.resumeInput();
      case NEVER_RESUMED_WITH_INPUT -> pair.peerSends("unread");
      case PAUSED_WITH_INPUT -> {
        read(pair);
        handle.pauseInput();
        pair.peerSends("unread");
      }
      case NO_SPACE_FOR_INPUT -> {
        pair.endpoint().wantsInput = false;
        handle.resumeInput();
        pair.peerSends("unread");
      }
      case PEER_HALF_CLOSED -> {
        handle.resumeInput();
        pair.peer().shutdownOutput();
      }
      case PEER_HALF_CLOSED_WHILE_PAUSED -> pair.peer().shutdownOutput();
      case PEER_CLOSED -> {
        handle.resumeInput();
        pair.peer().close();
      }
      case PEER_CLOSED_WHILE_PAUSED -> {
        read(pair);
        handle.pauseInput();
        pair.peer().close();
      }
      case PEER_CLOSED_WITH_OUTPUT_UNREAD -> {
        pair.endpoint().write("never read");
        pair.endpoint().send();
        handle.resumeInput();
        pair.peer().close();
      }
      case PEER_RESET -> {
        handle.resumeInput();
        reset(pair);
      }
      case PEER_RESET_WHILE_PAUSED -> {
        read(pair);
        handle.pauseInput();
        reset(pair);
      }
      case PEER_RESET_WITH_INPUT_UNREAD -> {
        pair.peerSends("unread");
        reset(pair);
      }
      case PEER_RESET_AFTER_ITS_END -> {
        handle.resumeInput();
        pair.peer().shutdownOutput();
        stage.untilTold(pair.endpoint(), "ended");
        reset(pair);
      }
      case OUTPUT_FULL -> {
        handle.resumeInput();
        fill(pair);
      }
      case OUTPUT_FULL_WHILE_PAUSED -> fill(pair);
      case OUTPUT_FULL_AND_PEER_HALF_CLOSED -> {
        handle.resumeInput();
        fill(pair);
        pair.peer().shutdownOutput();
      }
      case OUTPUT_FULL_AND_PEER_HALF_CLOSED_WHILE_PAUSED -> {
        fill(pair);
        pair.peer().shutdownOutput();
      }
      case OUTPUT_FULL_AND_PEER_RESET_WHILE_PAUSED -> {
        fill(pair);
        reset(pair);
      }
      case OUTPUT_DRAINED -> {
        handle.resumeInput();
        int queued = fill(pair);
        Background<String> reader = Background.start(() -> pair.peerReads(queued));
        stage.until(() -> pair.endpoint().drains == 1);
        stage.until(reader::isDone);
      }
      case OUTPUT_SHUT -> {
        handle.resumeInput();
        handle.shutdownOutput();
      }
      case OUTPUT_SHUT_AND_PEER_HALF_CLOSED -> {
        handle.shutdownOutput();
        pair.peer().shutdownOutput();
        handle.resumeInput();
      }
      case CLOSED -> {
        read(pair);
        handle.close();
      }
      case CLOSED_WITH_INPUT_UNREAD -> {
        pair.peerSends("unread");
        handle.close();
      }
      case CLOSED_WITH_OUTPUT_FULL -> {
        handle.resumeInput();
        fill(pair);
        handle.close();
      }
      case ABORTED -> {
        read(pair);
        handle.abort();
      }
      case DETACHED_WITH_INPUT_UNREAD -> {
        read(pair);
        stage.keep(detached(pair));
        pair.peerSends("unread");
      }
      case DETACHED_AND_CLOSED -> {
        read(pair);
        detached(pair).close();
      }
    }
  }

  /** Reads something, so that input was wanted once. */
  private void read(SocketPair pair) throws IOException {
    pair.endpoint().resume();
    pair.peerSends("read");
    stage.untilReceived(pair.endpoint(), "read");
  }

  private int fill(SocketPair pair) throws IOException {
    int queued = pair.fill();
    pair.handle().watchOutput();
    return queued;
  }

  private static void reset(SocketPair pair) throws IOException {
    kindOf(pair).reset(pair.peer());
  }

  private static SocketKind kindOf(SocketPair pair) throws IOException {
    return pair.peer().getLocalAddress() instanceof UnixDomainSocketAddress
        ? SocketKind.UNIX
        : SocketKind.TCP;
  }

  private StreamSocket detached(SocketPair pair) throws IOException {
    pair.handle().detach();
    stage.untilTold(pair.endpoint(), "detached");
    return pair.endpoint().detached();
  }

  /** What a listening socket and its clients have done. */
  enum Listening {
    NOBODY_CAME,
    ALL_WERE_ACCEPTED,
    PAUSED_WITH_A_BACKLOG,
    PAUSED_WITH_THE_FIRST_OF_MANY,
    CLOSED_WITH_A_BACKLOG
  }

  static Stream<Arguments> listeners() {
    return Arrays.stream(Listening.values())
        .flatMap(
            state ->
                Arrays.stream(Origin.values())
                    .flatMap(
                        origin ->
                            Arrays.stream(SocketKind.values())
                                .map(kind -> Arguments.of(state, origin, kind))));
  }

  @ParameterizedTest
  @MethodSource("listeners")
  void aListeningSocketIsInAState_andAnotherClientComes(
      Listening state, Origin origin, SocketKind kind) throws Exception {
    RecordingAcceptor acceptor = stage.keep(new RecordingAcceptor());
    ListenSocket socket = listening(origin, kind);
    if (state == Listening.PAUSED_WITH_THE_FIRST_OF_MANY) {
      dial(socket);
      dial(socket);
    }
    Handle handle = stage.poller().accept(socket, Map.of(), acceptor);
    switch (state) {
      case NOBODY_CAME -> {}
      case ALL_WERE_ACCEPTED -> {
        dial(socket);
        stage.until(() -> acceptor.sockets.size() == 1);
      }
      case PAUSED_WITH_A_BACKLOG -> {
        stage.turn();
        handle.pauseInput();
        dial(socket);
      }
      case PAUSED_WITH_THE_FIRST_OF_MANY -> {
        acceptor.onAccepted = handle::pauseInput;
        stage.until(() -> acceptor.sockets.size() == 1);
      }
      case CLOSED_WITH_A_BACKLOG -> {
        stage.turn();
        dial(socket);
        handle.close();
      }
    }
    stage.awaitSleep();
    if (state != Listening.CLOSED_WITH_A_BACKLOG || origin == Origin.SHARED) {
      dial(socket);
      stage.awaitSleep();
    }
  }

  private void dial(ListenSocket listening) throws IOException {
    stage.keep(SocketChannel.open(listening.localAddress()));
  }

  private ListenSocket listening(Origin origin, SocketKind kind) throws IOException {
    kind.assumeProvidedBy(provider());
    switch (origin) {
      case OWN -> {
        return stage.keep(provider().bind(kind.free(directory), 16));
      }
      case ADOPTED -> {
        assumeTrue(provider().adoptsChannels(), "The backend adopts no channels.");
        ServerSocketChannel channel = listen(kind);
        channel.configureBlocking(false);
        return stage.keep(provider().adoptListener(channel));
      }
      default -> {
        return stage.keep(provider().adoptListener(second(() -> kind.listen(directory))));
      }
    }
  }

  /** What a socket that connects has met. */
  enum Connecting {
    DONE_AND_PAUSED,
    REFUSED,
    WITHOUT_AN_ANSWER,
    CLOSED_WITHOUT_AN_ANSWER,
    CLOSED_BEFORE_IT_IS_DONE
  }

  @ParameterizedTest
  @EnumSource
  void aSocketConnects(Connecting state) throws Exception {
    switch (state) {
      case DONE_AND_PAUSED -> {
        ServerSocketChannel server = listen(SocketKind.TCP);
        RecordingEndpoint endpoint = stage.connect(server.getLocalAddress());
        SocketPair pair = new SocketPair(endpoint, stage.keep(server.accept()));
        pair.peerSends("early");
        stage.untilTold(endpoint, "connected");
      }
      case REFUSED -> refuse();
      case WITHOUT_AN_ANSWER -> connectToNobody();
      case CLOSED_WITHOUT_AN_ANSWER -> connectToNobody().handle().close();
      case CLOSED_BEFORE_IT_IS_DONE -> {
        ServerSocketChannel server = listen(SocketKind.TCP);
        stage.connect(server.getLocalAddress()).handle().close();
      }
    }
    stage.awaitSleep();
  }

  private RecordingEndpoint connectToNobody() throws IOException {
    RecordingEndpoint endpoint = stage.connect(stage.keep(BlackHole.open()).address());
    endpoint.resume();
    endpoint.handle().watchOutput();
    stage.turn();
    return endpoint;
  }

  private void refuse() throws IOException {
    SocketAddress address = stage.keep(RefusingAddress.open()).address();
    try {
      RecordingEndpoint endpoint = stage.connect(address);
      endpoint.resume();
      stage.untilTold(endpoint, "failed");
    } catch (ConnectException atOnce) {
      // As it may be refused.
    }
  }
}
