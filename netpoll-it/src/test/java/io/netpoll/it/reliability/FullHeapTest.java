package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.it.Setting;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.ThreadsAndDescriptors;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The life of a connection with each of its allocations refused in turn, as by a full heap, alone
 * and with those behind it: whatever it is, nothing is left behind, and the server goes on. A place
 * or a reservation that is lost would refuse the next connection: the server lets in one at a time.
 *
 * <p>{@code -Dnetpoll.it.heapStride=1} has those of many in a row begin at each allocation, too.
 */
@Timeout(300)
class FullHeapTest {
  private static final int PATIENCE_MILLIS = 10_000;

  /** So many fail in a row, where more than one does: longer than it takes to try again once. */
  private static final int MANY = 30;

  /** How far apart the first ones of those are, from one life to the next. */
  private static final int STRIDE = Integer.getInteger("netpoll.it.heapStride", 10);

  private static final AllocationLoader LOADER =
      new AllocationLoader(FullHeapTest.class.getClassLoader());

  /** What happens to a connection. */
  enum Life {
    ACCEPTED_AND_CLOSED_BY_THE_PEER,
    ACCEPTED_AND_RESET_BY_THE_PEER,
    ACCEPTED_AND_CLOSED_HERE,
    ACCEPTED_AND_DETACHED,
    ACCEPTED_AND_PIPED,
    REFUSED_BY_A_LIMIT,
    ADOPTED,
    DIALLED,
    DIALLED_IN_VAIN
  }

  static Stream<Arguments> lives() {
    List<Arguments> all = new ArrayList<>();
    for (Setting setting : Setting.all()) {
      for (Life life : Life.values()) {
        all.add(Arguments.of(setting.backend(), setting.execution().mode().label(), life));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("lives")
  void eachAllocationRefusedInTurn_leavesNothingBehind(String backend, String mode, Life life)
      throws Exception {
    ThreadsAndDescriptors.openWhatTheJdkKeeps();
    try (AllocationSubject subject = subject()) {
      Stage stage = new Stage(subject, subject.serve(backend, mode));
      stage.warmUp();
      for (int count : new int[] {1, MANY}) {
        int allocations = refuseInTurn(count, first -> stage.live(life, first, count));
        assertThat(allocations).as("allocations of such a life").isGreaterThan(3);
      }
    }
    assertThat(Allocations.directOnLoops()).as("direct memory, on loops").isEmpty();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void theEndOfAGroup_withEachAllocationRefusedInTurn_leavesNothingBehind(
      String backend, String mode) throws Exception {
    ThreadsAndDescriptors.openWhatTheJdkKeeps();
    end(backend, mode, Integer.MAX_VALUE / 2, 1); // loads what it needs
    for (int count : new int[] {1, MANY}) {
      refuseInTurn(count, first -> end(backend, mode, first, count));
    }
  }

  /** Something that is done with allocations refused; returns whether any was. */
  private interface Trial {
    boolean refusing(int first) throws Exception;
  }

  /** Tries each first allocation in turn, until there are no so many; returns that number. */
  private static int refuseInTurn(int count, Trial trial) throws Exception {
    int first = 1;
    try {
      while (trial.refusing(first)) {
        first += count == 1 ? 1 : STRIDE;
      }
    } catch (Throwable t) {
      Allocations.refusals().forEach(t::addSuppressed);
      throw t;
    }
    return first;
  }

  /** Ends a group with a connection; returns whether any allocation was refused. */
  private static boolean end(String backend, String mode, int first, int count) throws Exception {
    final int before = Stage.descriptors();
    AllocationSubject subject = subject();
    Stage stage = new Stage(subject, subject.serve(backend, mode));
    boolean refused;
    try (Socket peer = stage.connect()) {
      Stage.exchange(peer, AllocationSubject.ECHO);
      Allocations.refuse(first, count);
      Eventually.passes(subject::close); // it may be said, to its user, that there is no memory
      refused = Allocations.allowAll();
      Stage.assertEnds(peer);
    }
    Eventually.holds(
        "no descriptor is left after the refusal of " + count + " from the " + first + "th on",
        () -> Stage.descriptors() <= before);
    return refused;
  }

  static Stream<Arguments> settings() {
    return Setting.all().stream()
        .map(setting -> Arguments.of(setting.backend(), setting.execution().mode().label()));
  }

  private static AllocationSubject subject() throws Exception {
    return (AllocationSubject)
        LOADER.loadClass(AllocatingServer.class.getName()).getConstructor().newInstance();
  }

  /** A server, and its peers. */
  private record Stage(AllocationSubject subject, InetSocketAddress address) {

    /** Whatever needs a class, or a descriptor that stays, has it then. */
    void warmUp() throws Exception {
      for (int i = 0; i < 3; i++) {
        for (Life life : Life.values()) {
          if (life != Life.DIALLED) {
            warmUp(life);
          }
        }
      }
      int kept = descriptors() + subject.keptForCallers();
      for (int i = 0; i < 3; i++) {
        warmUp(Life.DIALLED);
      }
      while (descriptors() < kept) { // an answer that comes early needs none of them
        warmUp(Life.DIALLED);
      }
    }

    private void warmUp(Life life) throws Exception {
      live(life);
      assertNothingIsLeft("of the first");
    }

    /**
     * Lives once with allocations refused, and then once more.
     *
     * @return whether there were so many that any was refused
     */
    boolean live(Life life, int first, int count) throws Exception {
      assertNothingIsLeft("before");
      final ThreadsAndDescriptors before = ThreadsAndDescriptors.now(List.of());
      boolean refused;
      Allocations.refuse(first, count);
      String when = life + " after the refusal of " + count + " from the " + first + "th on";
      try {
        live(life);
        Allocations.whileSpared(() -> assertNothingIsLeft(when));
      } finally {
        refused = Allocations.allowAll();
      }
      Eventually.passes(this::assertServes); // the place is free a moment after the count says so
      assertNothingIsLeft(when + ", and one more");
      Eventually.passes(
          () ->
              assertThat(ThreadsAndDescriptors.now(List.of()).descriptors())
                  .as("descriptors " + when)
                  .hasSizeLessThanOrEqualTo(before.descriptors().size()));
      return refused;
    }

    private void assertNothingIsLeft(String when) {
      Eventually.passes(
          () -> {
            assertThat(subject.connections()).as("connections " + when).isZero();
            assertThat(subject.reservations()).as("reservations " + when).isZero();
            assertThat(subject.pipes()).as("pipes " + when).isZero();
          });
    }

    private Socket connect() throws IOException {
      Socket peer = new Socket();
      try {
        peer.setSoTimeout(PATIENCE_MILLIS);
        peer.connect(address, PATIENCE_MILLIS);
        return peer;
      } catch (IOException e) {
        peer.close();
        throw e;
      }
    }

    private static void assertEnds(Socket peer) throws IOException {
      try {
        assertThat(peer.getInputStream().read()).isEqualTo(-1);
      } catch (SocketException reset) {
        // That is an end, too.
      }
    }

    private void assertServes() throws IOException {
      try (Socket peer = connect()) {
        peer.getOutputStream().write(AllocationSubject.ECHO);
        assertThat(peer.getInputStream().read()).isEqualTo(AllocationSubject.ECHO);
      }
    }

    private static int descriptors() {
      return ThreadsAndDescriptors.now(List.of()).descriptors().size();
    }

    private void live(Life life) throws Exception {
      switch (life) {
        case ACCEPTED_AND_CLOSED_BY_THE_PEER -> meet(AllocationSubject.ECHO, Socket::close);
        case ACCEPTED_AND_RESET_BY_THE_PEER ->
            meet(AllocationSubject.ECHO, peer -> peer.setSoLinger(true, 0));
        case ACCEPTED_AND_CLOSED_HERE -> meet(AllocationSubject.CLOSE, Socket::close);
        case ACCEPTED_AND_DETACHED -> meet(AllocationSubject.DETACH, Socket::close);
        case ACCEPTED_AND_PIPED ->
            meet(
                AllocationSubject.PIPE,
                peer -> {
                  exchange(peer, AllocationSubject.ECHO);
                  peer.shutdownOutput();
                  assertEnds(peer);
                });
        case REFUSED_BY_A_LIMIT ->
            meet(AllocationSubject.ECHO, peer -> meet(AllocationSubject.ECHO, Socket::close));
        case ADOPTED -> adopt();
        case DIALLED -> dial();
        case DIALLED_IN_VAIN -> dialInVain();
      }
    }

    /** What a peer does at the end. */
    private interface Parting {
      void from(Socket peer) throws IOException;
    }

    /** Connects, exchanges bytes, and parts; or is reset, as it may be without memory. */
    private void meet(byte what, Parting parting) throws IOException {
      try (Socket peer = connect()) {
        exchange(peer, what);
        parting.from(peer);
      } catch (SocketException reset) {
        // That is an answer, too; none at all is a SocketTimeoutException.
      }
    }

    /** Sends a byte, and waits until an answer or the end has come. */
    private static void exchange(Socket socket, byte what) throws IOException {
      socket.getOutputStream().write(what);
      socket.getInputStream().read();
    }

    private void adopt() throws Exception {
      try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        SocketChannel channel = SocketChannel.open(listening.getLocalSocketAddress());
        try (Socket peer = listening.accept()) {
          peer.setSoTimeout(PATIENCE_MILLIS);
          channel.configureBlocking(false);
          try {
            subject.adopt(channel);
            exchange(peer, AllocationSubject.ECHO);
          } catch (IOException | IllegalStateException | OutOfMemoryError notWatched) {
            channel.close(); // it may still be the caller's
          }
        }
      }
    }

    private void dial() throws Exception {
      Thread peer;
      try (ServerSocket listening = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
        peer = new Thread(() -> echoOnce(listening));
        peer.start();
        try {
          subject.dial((InetSocketAddress) listening.getLocalSocketAddress());
        } catch (IOException | ExecutionException | OutOfMemoryError failed) {
          assertThat(failed.getClass().getSimpleName()).doesNotContain("Timeout");
        }
      }
      peer.join();
    }

    private static void echoOnce(ServerSocket listening) {
      try (Socket socket = listening.accept()) {
        socket.setSoTimeout(PATIENCE_MILLIS);
        socket.getOutputStream().write(socket.getInputStream().read());
        socket.getInputStream().read();
      } catch (IOException nobodyCame) {
        // Or has gone: it was not dialled to the end.
      }
    }

    private void dialInVain() throws Exception {
      try (SocketChannel bound = SocketChannel.open().bind(new InetSocketAddress("127.0.0.1", 0))) {
        subject.dial((InetSocketAddress) bound.getLocalAddress());
        throw new AssertionError("Nobody listens there.");
      } catch (ExecutionException | OutOfMemoryError refused) {
        // As it should be.
      }
    }
  }
}
