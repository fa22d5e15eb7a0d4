package io.netpoll.benchmarks;

import static io.netpoll.benchmarks.PeerClient.frame;
import static io.netpoll.benchmarks.PeerClient.payload;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Service;
import io.netpoll.benchmarks.rpc.Work;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every peer, in every arrangement that can be asked for, over a real loopback socket. */
@Timeout(60)
@ExtendWith({PeerTest.VirtualThreadPollers.class, LeakCheck.class, EndedThreads.class})
class PeerTest {
  /** Lets the JDK open what it keeps for virtual threads, before descriptors are counted. */
  static final class VirtualThreadPollers implements BeforeAllCallback {
    @Override
    public void beforeAll(ExtensionContext context) throws Exception {
      if (Runtime.version().feature() < 21) {
        return;
      }
      Arrangement virtual = Arrangement.sending(PeerName.JDK_VIRTUAL, Sending.BATCH);
      try (Peer peer = virtual.open();
          PeerClient client = new PeerClient(peer)) {
        client.send(frame(payload(1)));
        client.assertReceives(payload(1));
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
      return new PeerSettings(
          PeerClient.anyPort(),
          placement,
          codec,
          sending,
          execution,
          2,
          3,
          work,
          null,
          Answers.READER,
          false);
    }

    Peer open() throws Exception {
      return open(settings());
    }

    Peer open(PeerSettings settings) throws Exception {
      return PeerClient.open(name, settings);
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

  @ParameterizedTest
  @MethodSource("arrangements")
  void framesOfAllSizes_comeBackUnchangedAndInOrder(Arrangement arrangement) throws Exception {
    List<byte[]> payloads = new ArrayList<>();
    for (int size : new int[] {0, 1, 3, 1024, 16 << 10, 100_000, 7, 1_000_000, 12}) {
      payloads.add(payload(size));
    }
    try (Peer peer = arrangement.open();
        PeerClient client = new PeerClient(peer)) {
      for (byte[] payload : payloads) {
        client.send(frame(payload));
        client.assertReceives(payload);
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
        PeerClient client = new PeerClient(peer)) {
      client.send(Arrays.copyOf(together.array(), together.position()));
      for (byte[] payload : payloads) {
        client.assertReceives(payload);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void calls_areAnsweredWithOtherMessages(Arrangement arrangement) throws Exception {
    try (Peer peer = arrangement.open(arrangement.settings(new Work(1, 0, 0, Service.RPC)));
        PeerClient client = new PeerClient(peer)) {
      for (int size : new int[] {0, 1, 100_000}) {
        Message request = new Message(size + 5L, 6, payload(size));
        client.send(request);
        client.assertReceives(new Message(size + 5L, ~6, payload(size)));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void callsThatSayTheyAreLight_doNoWork(Arrangement arrangement) throws Exception {
    Work longWork = new Work(0, 0, TimeUnit.HOURS.toMillis(1), Service.RPC);
    try (Peer peer = arrangement.open(arrangement.settings(longWork));
        PeerClient client = new PeerClient(peer)) {
      Message request = new Message(5, Message.LIGHT, payload(10));
      client.send(request);
      client.assertReceives(request.answer());
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aFrameThatIsTooShortForACall_closesItsConnection(Arrangement arrangement) throws Exception {
    try (Peer peer = arrangement.open(arrangement.settings(new Work(0, 0, 0, Service.RPC)));
        PeerClient bad = new PeerClient(peer)) {
      bad.send(frame(payload(Message.HEADER - 1)));
      bad.assertEnd();
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aFrameInSingleBytes_isAnsweredWhenItIsComplete(Arrangement arrangement) throws Exception {
    byte[] payload = payload(20);
    try (Peer peer = arrangement.open();
        PeerClient client = new PeerClient(peer)) {
      client.setTcpNoDelay();
      for (byte b : frame(payload)) {
        client.send(new byte[] {b});
      }
      client.assertReceives(payload);
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aFrameThatIsTooLong_closesItsConnectionOnly(Arrangement arrangement) throws Exception {
    byte[] payload = payload(5);
    try (Peer peer = arrangement.open();
        PeerClient good = new PeerClient(peer);
        PeerClient bad = new PeerClient(peer)) {
      bad.send(new byte[] {-1, -1, -1, -1});
      bad.assertEnd();
      good.send(frame(payload));
      good.assertReceives(payload);
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void closing_closesListenerAndConnections(Arrangement arrangement) throws Exception {
    Peer peer = arrangement.open();
    try (peer;
        PeerClient client = new PeerClient(peer)) {
      InetSocketAddress address = peer.address();
      client.send(frame(payload(1)));
      client.assertReceives(payload(1));
      peer.close();
      client.assertEnd();
      assertThatThrownBy(() -> new Socket(address.getAddress(), address.getPort()).close())
          .isInstanceOf(IOException.class);
    }
  }
}
