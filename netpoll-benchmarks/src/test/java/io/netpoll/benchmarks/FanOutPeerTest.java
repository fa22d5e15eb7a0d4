package io.netpoll.benchmarks;

import static io.netpoll.benchmarks.PeerClient.frame;
import static io.netpoll.benchmarks.PeerClient.payload;
import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.benchmarks.load.FanOutRun;
import io.netpoll.benchmarks.load.LoadResult;
import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Service;
import io.netpoll.benchmarks.rpc.Work;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers that send what is published to all subscribers. */
@Timeout(60)
@ExtendWith({PeerTest.VirtualThreadPollers.class, LeakCheck.class, EndedThreads.class})
class FanOutPeerTest {
  private static final Message SUBSCRIPTION = new Message(77, Message.SUBSCRIBE, payload(3));
  private static final int LONG = 64 << 10;

  /** A peer and, if it is ours, how it runs handlers. */
  record Arrangement(PeerName name, ExecutionName execution) {
    Peer open() throws Exception {
      return PeerClient.open(
          name,
          new PeerSettings(
              PeerClient.anyPort(),
              Placement.LOOP,
              Codec.MANUAL,
              Sending.BATCH,
              execution,
              2,
              1,
              new Work(0, 0, 0, Service.RPC),
              null,
              Answers.READER,
              true));
    }
  }

  static Stream<Arrangement> arrangements() {
    List<Arrangement> all = new ArrayList<>();
    for (PeerName name : PeerName.values()) {
      if (name.isOurs()) {
        for (ExecutionName execution : ExecutionName.values()) {
          all.add(new Arrangement(name, execution));
        }
      } else if (name != PeerName.JDK_ASYNC) {
        all.add(new Arrangement(name, ExecutionName.ADAPTIVE));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void whatIsPublished_comesToAllSubscribersInOrder_andNotBack(Arrangement arrangement)
      throws Exception {
    List<Message> messages = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      messages.add(new Message(i, i, payload(i * i % 3000)));
    }
    Peer peer = arrangement.open();
    try (peer;
        PeerClient one = subscribe(peer, 0);
        PeerClient two = subscribe(peer, 0);
        PeerClient three = subscribe(peer, 0);
        PeerClient publisher = new PeerClient(peer)) {
      for (Message message : messages) {
        publisher.send(message);
      }
      for (PeerClient subscriber : List.of(one, two, three)) {
        for (Message message : messages) {
          subscriber.assertReceives(message.answer());
        }
      }
      peer.close();
      publisher.assertEnd();
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aSubscriber_mayPublishToo(Arrangement arrangement) throws Exception {
    try (Peer peer = arrangement.open();
        PeerClient one = subscribe(peer, 0);
        PeerClient two = subscribe(peer, 0)) {
      Message message = new Message(1, Message.SUBSCRIBE, payload(10));
      one.send(message);
      one.assertReceives(message.answer());
      two.assertReceives(message.answer());
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void whoDoesNotRead_isKeptALittle_andHoldsUpNobody_andIsServedAgain(Arrangement arrangement)
      throws Exception {
    int count = 512;
    try (Peer peer = arrangement.open();
        PeerClient silent = subscribe(peer, LONG);
        PeerClient reader = subscribe(peer, 0);
        PeerClient publisher = new PeerClient(peer)) {
      for (int i = 0; i < count; i++) {
        pass(publisher, reader, i);
      }
      FutureTask<Integer> kept = new FutureTask<>(() -> receiveUntil(silent, count));
      new Thread(kept).start();
      for (int i = count; !kept.isDone(); i++) {
        pass(publisher, reader, i);
      }
      assertThat(kept.get()).isBetween(Backlog.LIMIT / LONG, count / 2);
    }
  }

  private static void pass(PeerClient publisher, PeerClient reader, int id) throws IOException {
    Message message = new Message(id, 0, payload(LONG));
    publisher.send(message);
    reader.assertReceives(message.answer());
  }

  /** Receives messages until one has at least an id; returns how many came before. */
  private static int receiveUntil(PeerClient subscriber, int id) throws IOException {
    byte[] body = payload(LONG);
    int count = 0;
    long last = -1;
    while (true) {
      Message message = subscriber.receive();
      assertThat(message.body()).isEqualTo(body);
      assertThat(message.id()).isGreaterThan(last);
      last = message.id();
      if (last >= id) {
        return count;
      }
      count++;
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void whoLeaves_isMissedByNobody(Arrangement arrangement) throws Exception {
    try (Peer peer = arrangement.open();
        PeerClient stays = subscribe(peer, 0);
        PeerClient publisher = new PeerClient(peer)) {
      try (PeerClient leaves = subscribe(peer, 0)) {
        pass(publisher, stays, 0);
        assertThat(leaves.receive().id()).isZero();
      }
      for (int i = 1; i < 100; i++) {
        pass(publisher, stays, i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aFrameThatIsTooShort_closesItsConnectionOnly(Arrangement arrangement) throws Exception {
    try (Peer peer = arrangement.open();
        PeerClient subscriber = subscribe(peer, 0);
        PeerClient good = new PeerClient(peer);
        PeerClient bad = new PeerClient(peer)) {
      bad.send(frame(payload(Message.HEADER - 1)));
      bad.assertEnd();
      pass(good, subscriber, 1);
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void theLoad_isServed_besideOneWhoDoesNotRead(Arrangement arrangement) throws Exception {
    Duration measured = Duration.ofMillis(50);
    try (Peer peer = arrangement.open();
        FanOutRun run = new FanOutRun(peer.address(), 10, 5000, 8, true)) {
      LoadResult result = run.slice(Duration.ZERO, measured, 0);
      while (result.latencies().getTotalCount() == 0) { // a busy machine needs longer
        measured = measured.multipliedBy(2);
        result = run.slice(Duration.ZERO, measured, 0);
      }
      assertThat(result.bytes()).isEqualTo(5000 * result.latencies().getTotalCount());
    }
  }

  private static PeerClient subscribe(Peer peer, int receiveBuffer) throws IOException {
    PeerClient client = new PeerClient(peer, receiveBuffer);
    client.send(SUBSCRIPTION);
    client.assertReceives(SUBSCRIPTION.answer());
    return client;
  }
}
