package io.netpoll.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.LinkBuffer;
import io.netpoll.PollerGroup;
import io.netpoll.ShardQueue;
import io.netpoll.ShardQueue.Delivery;
import io.netpoll.testkit.FakeListener;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Many producers, small marks, windows that open and close: every byte, in each one's order. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class ShardQueueStressTest {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final int PRODUCERS = 6;
  private static final int MESSAGES = 300;
  private static final int LONGEST = 700;

  /** The content of a message: its producer, its number, its length, and bytes made from these. */
  private static byte[] content(int producer, int number) {
    SplittableRandom random = new SplittableRandom(producer * 1_000_003L + number);
    byte[] content = new byte[12 + random.nextInt(LONGEST)];
    random.nextBytes(content);
    ByteBuffer.wrap(content).putInt(producer).putInt(number).putInt(content.length);
    return content;
  }

  private static List<Delivery> produce(ShardQueue queue, int producer) throws IOException {
    List<Delivery> deliveries = new ArrayList<>();
    for (int number = 0; number < MESSAGES; number++) {
      LinkBuffer message = LinkBuffer.create();
      message.writeBinary(content(producer, number));
      message.flush();
      deliveries.add(queue.put(message));
    }
    return deliveries;
  }

  @RepeatedTest(8)
  void everyMessage_arrivesWholeAndInItsProducersOrder(RepetitionInfo repetition) throws Exception {
    SplittableRandom random = new SplittableRandom(repetition.getCurrentRepetition());
    try (PollerGroup group = PollerGroup.builder().backend("fake").build();
        FakeListener listener = FakeNetwork.listen(new InetSocketAddress("127.0.0.1", 0))) {
      Dialer dialer = Dialer.builder().group(group).outputHighWaterMark(2000).build();
      Connection near = dialer.connectTcp(null, (InetSocketAddress) listener.address(), SOON);
      FakePeer far = listener.accept(SOON);
      far.setWindow(100 + random.nextInt(5000));
      ShardQueue queue = ShardQueue.builder(near).highWaterMark(3000).build();
      List<FutureTask<List<Delivery>>> producers = new ArrayList<>();
      for (int i = 0; i < PRODUCERS; i++) {
        int producer = i;
        FutureTask<List<Delivery>> task = new FutureTask<>(() -> produce(queue, producer));
        producers.add(task);
        new Thread(task, "producer-" + producer).start();
      }
      receiveAll(far);
      for (FutureTask<List<Delivery>> producer : producers) {
        for (Delivery delivery : producer.get(SOON.toSeconds(), TimeUnit.SECONDS)) {
          delivery.await();
        }
      }
      assertThat(queue.queued()).isZero();
      near.close();
    }
  }

  private static void receiveAll(FakePeer far) throws InterruptedException {
    int[] next = new int[PRODUCERS];
    for (int i = 0; i < PRODUCERS * MESSAGES; i++) {
      ByteBuffer head = ByteBuffer.wrap(far.receive(12, SOON));
      int producer = head.getInt();
      int number = head.getInt();
      byte[] expected = content(producer, number);
      assertThat(number).isEqualTo(next[producer]++);
      assertThat(head.getInt()).isEqualTo(expected.length);
      byte[] rest = far.receive(expected.length - 12, SOON);
      assertThat(ByteBuffer.wrap(rest))
          .isEqualTo(ByteBuffer.wrap(expected, 12, expected.length - 12));
    }
  }
}
