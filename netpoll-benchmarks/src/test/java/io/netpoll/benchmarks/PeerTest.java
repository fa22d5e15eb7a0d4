package io.netpoll.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Service;
import io.netpoll.benchmarks.rpc.Work;
import io.netpoll.testkit.LeakCheck;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every peer, in every arrangement that can be asked for, over a real loopback socket. */
@Timeout(60)
@ExtendWith({PeerTest.VirtualThreadPollers.class, LeakCheck.class})
class PeerTest {
  private static final long PATIENCE_NANOS = 20_000_000_000L;

  private Set<Thread> before = Set.of();

  /** Lets the JDK open what it keeps for virtual threads, before descriptors are counted. */
  static final class VirtualThreadPollers implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
      if (Runtime.version().feature() < 21) {
        return;
      }
      Arrangement virtual = Arrangement.sending(PeerName.JDK_VIRTUAL, Sending.BATCH);
      try (Peer peer = virtual.open();
          Socket client = dial(peer)) {
        client.getOutputStream().write(frame(payload(1)));
        assertAnswer(client, payload(1));
      }
    }
  }

  /** A peer and how it is set up. */
  record Arrangement(
      PeerName name, Placement placement, Codec codec, Sending sending, ExecutionName execution) {

    static Arrangement netty(PeerName name, Placement placement, Codec codec) {
      return new Arrangement(name, placement, codec, Sending.BATCH, ExecutionName.ADAPTIVE);
    }

    static Arrangement sending(PeerName name, Sending sending) {
      return ours(name, sending, ExecutionName.ADAPTIVE);
    }

    static Arrangement ours(PeerName name, Sending sending, ExecutionName execution) {
      return new Arrangement(name, Placement.LOOP, Codec.MANUAL, sending, execution);
    }

    PeerSettings settings() {
      return settings(Work.NONE);
    }

    PeerSettings settings(Work work) {
      InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
      return new PeerSettings(any, placement, codec, sending, execution, 2, 3, work, null);
    }

    Peer open() throws Exception {
      return open(settings());
    }

    Peer open(PeerSettings settings) throws Exception {
      try {
        return Peers.open(name, settings);
      } catch (UnsupportedOperationException e) {
        assumeThat(false).as(e.getMessage()).isTrue();
        throw e;
      }
    }
  }

  static Stream<Arrangement> arrangements() {
    List<Arrangement> all = new ArrayList<>();
    for (PeerName name : PeerName.values()) {
      if (name.isNetty()) {
        for (Placement placement : Placement.values()) {
          all.add(Arrangement.netty(name, placement, Codec.MANUAL));
        }
        all.add(Arrangement.netty(name, Placement.LOOP, Codec.LENGTH_FIELD));
      } else if (name.isOurs()) {
        for (ExecutionName execution : ExecutionName.values()) {
          all.add(Arrangement.ours(name, Sending.BATCH, execution));
        }
        all.add(Arrangement.sending(name, Sending.FRAME));
      } else {
        all.add(Arrangement.sending(name, Sending.BATCH));
        if (name.isBlocking()) {
          all.add(Arrangement.sending(name, Sending.FRAME));
        }
      }
    }
    return all.stream();
  }

  @BeforeEach
  void noteThreads() {
    before = threads();
  }

  @AfterEach
  void everyThreadHasEnded() {
    long deadline = System.nanoTime() + PATIENCE_NANOS;
    while (!started().isEmpty() && System.nanoTime() - deadline < 0) {
      LockSupport.parkNanos(1_000_000);
    }
    assertThat(started()).isEmpty();
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void framesOfAllSizes_comeBackUnchangedAndInOrder(Arrangement arrangement) throws Exception {
    List<byte[]> payloads = new ArrayList<>();
    for (int size : new int[] {0, 1, 3, 1024, 16 << 10, 100_000, 7, 1_000_000, 12}) {
      payloads.add(payload(size));
    }
    try (Peer peer = arrangement.open();
        Socket client = dial(peer)) {
      for (byte[] payload : payloads) {
        new DataOutputStream(client.getOutputStream()).write(frame(payload));
        assertAnswer(client, payload);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void manyFramesInOneWrite_areAnsweredInOrder(Arrangement arrangement) throws Exception {
    ByteBuffer together = ByteBuffer.allocate(100 * (Integer.BYTES + 64));
    List<byte[]> payloads = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      byte[] payload = payload(i % 65);
      payloads.add(payload);
      together.put(frame(payload));
    }
    try (Peer peer = arrangement.open();
        Socket client = dial(peer)) {
      client.getOutputStream().write(together.array(), 0, together.position());
      for (byte[] payload : payloads) {
        assertAnswer(client, payload);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void calls_areAnsweredWithOtherMessages(Arrangement arrangement) throws Exception {
    try (Peer peer = arrangement.open(arrangement.settings(new Work(1, 0, 0, Service.RPC)));
        Socket client = dial(peer)) {
      for (int size : new int[] {0, 1, 100_000}) {
        Message request = new Message(size + 5L, 6, payload(size));
        client.getOutputStream().write(frame(bytes(request)));
        assertAnswer(client, bytes(new Message(size + 5L, ~6, payload(size))));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void callsThatSayTheyAreLight_doNoWork(Arrangement arrangement) throws Exception {
    Work longWork = new Work(0, 0, TimeUnit.HOURS.toMillis(1), Service.RPC);
    try (Peer peer = arrangement.open(arrangement.settings(longWork));
        Socket client = dial(peer)) {
      Message request = new Message(5, Message.LIGHT, payload(10));
      client.getOutputStream().write(frame(bytes(request)));
      assertAnswer(client, bytes(request.answer()));
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aFrameThatIsTooShortForACall_closesItsConnection(Arrangement arrangement) throws Exception {
    try (Peer peer = arrangement.open(arrangement.settings(new Work(0, 0, 0, Service.RPC)));
        Socket bad = dial(peer)) {
      bad.getOutputStream().write(frame(payload(Message.HEADER - 1)));
      assertThat(bad.getInputStream().read()).isEqualTo(-1);
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aFrameInSingleBytes_isAnsweredWhenItIsComplete(Arrangement arrangement) throws Exception {
    byte[] payload = payload(20);
    try (Peer peer = arrangement.open();
        Socket client = dial(peer)) {
      client.setTcpNoDelay(true);
      for (byte b : frame(payload)) {
        client.getOutputStream().write(b);
      }
      assertAnswer(client, payload);
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aFrameThatIsTooLong_closesItsConnectionOnly(Arrangement arrangement) throws Exception {
    byte[] payload = payload(5);
    try (Peer peer = arrangement.open();
        Socket good = dial(peer);
        Socket bad = dial(peer)) {
      new DataOutputStream(bad.getOutputStream()).writeInt(-1);
      assertThat(bad.getInputStream().read()).isEqualTo(-1);
      good.getOutputStream().write(frame(payload));
      assertAnswer(good, payload);
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void closing_closesListenerAndConnections(Arrangement arrangement) throws Exception {
    Peer peer = arrangement.open();
    try (peer;
        Socket client = dial(peer)) {
      InetSocketAddress address = peer.address();
      client.getOutputStream().write(frame(payload(1)));
      assertAnswer(client, payload(1));
      peer.close();
      assertThat(client.getInputStream().read()).isEqualTo(-1);
      assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
          .isInstanceOf(IOException.class);
    }
  }

  private static Socket dial(Peer peer) throws IOException {
    Socket socket = new Socket(peer.address().getAddress(), peer.address().getPort());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static void assertAnswer(Socket client, byte[] payload) throws IOException {
    DataInputStream in = new DataInputStream(client.getInputStream());
    assertThat(in.readInt()).isEqualTo(payload.length);
    assertThat(in.readNBytes(payload.length)).isEqualTo(payload);
  }

  private static byte[] bytes(Message message) {
    return ByteBuffer.allocate(message.length())
        .putLong(message.id())
        .putInt(message.method())
        .put(message.body())
        .array();
  }

  private static byte[] payload(int size) {
    byte[] payload = new byte[size];
    new SplittableRandom(size).nextBytes(payload);
    return payload;
  }

  private static byte[] frame(byte[] payload) {
    return ByteBuffer.allocate(Integer.BYTES + payload.length)
        .putInt(payload.length)
        .put(payload)
        .array();
  }

  private Set<String> started() {
    return threads().stream()
        .filter(thread -> !before.contains(thread))
        .map(Thread::getName)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  /** All platform threads but those that are shared by all peers, which outlive one. */
  private static Set<Thread> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .filter(Thread::isAlive)
        .filter(thread -> !isShared(thread.getName()))
        .collect(Collectors.toSet());
  }

  private static boolean isShared(String name) {
    return Stream.of(
            "ForkJoinPool-",
            "VirtualThread-",
            "Read-Poller",
            "Write-Poller",
            "Read-Updater",
            "Write-Updater",
            "MasterPoller",
            "Common-Cleaner",
            "process reaper",
            "globalEventExecutor",
            "netpoll-leader-",
            "netpoll-watch-dog",
            "Cleaner-",
            "junit-")
        .anyMatch(name::startsWith);
  }
}
