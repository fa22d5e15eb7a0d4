package io.netpoll.benchmarks;

import static io.netpoll.benchmarks.PeerClient.frame;
import static io.netpoll.benchmarks.PeerClient.payload;
import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Service;
import io.netpoll.benchmarks.rpc.Work;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Peers whose requests are answered by the threads of a pool. */
@Timeout(60)
@ExtendWith({PeerTest.VirtualThreadPollers.class, LeakCheck.class, EndedThreads.class})
class PooledAnswersPeerTest {
  private static final Work NO_WORK = new Work(0, 0, 0, Service.RPC);

  /** A peer and, if it is ours, how it runs handlers. */
  record Arrangement(PeerName name, ExecutionName execution) {
    Peer open(int threads, Work work) throws Exception {
      return PeerClient.open(
          name,
          new PeerSettings(
              PeerClient.anyPort(),
              Placement.LOOP,
              Codec.MANUAL,
              Sending.BATCH,
              execution,
              2,
              threads,
              work,
              null,
              Answers.POOL,
              false));
    }
  }

  static Stream<Arrangement> arrangements() {
    List<Arrangement> all = new ArrayList<>();
    for (PeerName name : PeerName.values()) {
      if (name.isOurs()) {
        all.add(new Arrangement(name, ExecutionName.VIRTUAL));
        all.add(new Arrangement(name, ExecutionName.WORKERS));
      }
      if (name != PeerName.JDK_ASYNC) {
        all.add(new Arrangement(name, ExecutionName.ADAPTIVE));
      }
    }
    return all.stream();
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void everyRequest_isAnsweredOnce_evenWhereAnswersAreReadLate(Arrangement arrangement)
      throws Exception {
    Map<Long, Message> requests = new HashMap<>();
    for (int i = 0; i < 4 * AnswerPool.UNANSWERED; i++) {
      requests.put((long) i, new Message(i, 2 * i, payload(i % 5000)));
    }
    try (Peer peer = arrangement.open(3, NO_WORK);
        PeerClient client = new PeerClient(peer)) {
      List<Message> all = List.copyOf(requests.values());
      FutureTask<Integer> sent = new FutureTask<>(() -> send(client, all));
      new Thread(sent).start();
      for (int left = requests.size(); left > 0; left--) {
        Message answer = client.receive();
        Message request = requests.remove(answer.id());
        assertThat(request).isNotNull();
        assertThat(answer.method()).isEqualTo(~request.method());
        assertThat(answer.body()).isEqualTo(request.body());
      }
      assertThat(sent.get()).isEqualTo(all.size());
    }
  }

  private static int send(PeerClient client, List<Message> requests) throws IOException {
    for (Message request : requests) {
      client.send(request);
    }
    return requests.size();
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aRequestThatTakesLong_delaysNoOtherOfItsConnection(Arrangement arrangement)
      throws Exception {
    Work longWork = new Work(0, 0, TimeUnit.HOURS.toMillis(1), Service.RPC);
    try (Peer peer = arrangement.open(2, longWork);
        PeerClient client = new PeerClient(peer)) {
      Message light = new Message(2, Message.LIGHT, payload(10));
      client.send(new Message(1, 0, payload(10)));
      client.send(light);
      client.assertReceives(light.answer());
    }
  }

  @ParameterizedTest
  @MethodSource("arrangements")
  void aFrameThatIsTooShort_closesItsConnectionOnly(Arrangement arrangement) throws Exception {
    try (Peer peer = arrangement.open(2, NO_WORK);
        PeerClient good = new PeerClient(peer);
        PeerClient bad = new PeerClient(peer)) {
      bad.send(frame(payload(Message.HEADER - 1)));
      bad.assertEnd();
      Message request = new Message(1, 0, payload(10));
      good.send(request);
      good.assertReceives(request.answer());
    }
  }
}
