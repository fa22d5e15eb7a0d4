package io.netpoll.client;

import static io.netpoll.client.Sink.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import io.netpoll.ShardQueue;
import io.netpoll.ShardQueue.Delivery;
import io.netpoll.WriteTimeoutException;
import io.netpoll.core.execution.Await;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeListener;
import io.netpoll.testkit.FakeNetwork;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** Threads that put messages for one connection, whose peer takes them or does not. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class EngineShardQueueTest {
  private static final Duration SOON = Duration.ofSeconds(10);

  private PollerGroup group;
  private FakeListener listener;
  private Connection near;
  private FakePeer far;
  private final List<Thread> threads = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    group = PollerGroup.builder().backend("fake").build();
    listener = FakeNetwork.listen(new InetSocketAddress("127.0.0.1", 0));
    Dialer dialer = Dialer.builder().group(group).outputHighWaterMark(1).build();
    near = dialer.connectTcp(null, (InetSocketAddress) listener.address(), SOON);
    far = listener.accept(SOON);
  }

  @AfterEach
  void close() throws Exception {
    near.abort();
    for (Thread thread : threads) {
      thread.join();
    }
    listener.close();
    group.close();
  }

  private <T> FutureTask<T> start(Callable<T> call) {
    FutureTask<T> task = new FutureTask<>(call);
    Thread thread = new Thread(task, "producer-" + threads.size());
    threads.add(thread);
    thread.start();
    return task;
  }

  private static <T> T result(FutureTask<T> task) throws Exception {
    return task.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  private static Throwable failure(FutureTask<?> task) throws Exception {
    try {
      throw new AssertionError("it returned " + result(task));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  /** A sender that waits, since the peer takes nothing. */
  private FutureTask<Delivery> stuckSender(ShardQueue queue) throws Exception {
    far.setWindow(0);
    FutureTask<Delivery> sender = start(() -> queue.put(message("head ")));
    Eventually.holds("the sender waits", () -> isParked(threads.get(threads.size() - 1)));
    return sender;
  }

  private static boolean isParked(Thread thread) {
    return LockSupport.getBlocker(thread) == Await.class;
  }

  @Test
  void messages_arriveInOrder() throws Exception {
    ShardQueue queue = ShardQueue.of(near);
    queue.put(message("one ")).await();
    queue.put(message("two"));
    assertThat(far.receiveText(7, SOON)).isEqualTo("one two");
  }

  @Test
  void whileASenderWaits_othersPutAndGoOn() throws Exception {
    ShardQueue queue = ShardQueue.of(near);
    FutureTask<Delivery> sender = stuckSender(queue);
    Delivery first = queue.put(message("first "));
    Delivery second = queue.put(message("second"));
    assertThat(first.isDone()).isFalse();
    assertThat(queue.queued()).isEqualTo(5 + 6 + 6);
    FutureTask<Void> awaiting =
        start(
            () -> {
              second.await();
              return null;
            });
    far.setWindow(1 << 16);
    result(awaiting);
    assertThat(result(sender).isDone()).isTrue();
    assertThat(far.receiveText(17, SOON)).isEqualTo("head first second");
    Eventually.holds("nothing is queued", () -> queue.queued() == 0);
  }

  @Test
  void aFullQueue_givesNoRoomToThoseThatComeLater() throws Exception {
    ShardQueue queue = ShardQueue.builder(near).highWaterMark(8).build();
    stuckSender(queue);
    FutureTask<Delivery> first = start(() -> queue.put(message("first ")));
    Eventually.holds("it waits", () -> isParked(threads.get(1)));
    FutureTask<Delivery> second = start(() -> queue.put(message("2")));
    Eventually.holds("it waits behind the first, room or not", () -> isParked(threads.get(2)));
    assertThat(queue.queued()).isEqualTo(5);
    far.setWindow(1 << 16);
    result(first).await();
    result(second).await();
    // Room was given in the order of the waits; the two threads then pushed in either order.
    assertThat(far.receiveText(12, SOON)).isIn("head first 2", "head 2first ");
  }

  @Test
  void aMessageLargerThanTheMark_goesWhenNothingElseIsQueued() throws Exception {
    ShardQueue queue = ShardQueue.builder(near).highWaterMark(1).build();
    queue.put(message("far more than one byte")).await();
    assertThat(far.receiveText(22, SOON)).isEqualTo("far more than one byte");
  }

  @Test
  void aPutThatFindsNoRoomInTime_fails() throws Exception {
    ShardQueue queue =
        ShardQueue.builder(near).highWaterMark(8).timeout(Duration.ofMillis(20)).build();
    FutureTask<Delivery> sender = stuckSender(queue);
    assertThatThrownBy(() -> queue.put(message("late")))
        .isInstanceOf(WriteTimeoutException.class)
        .hasMessageContaining("found no room for 20 ms: 5 of 8 bytes are queued");
    far.setWindow(1 << 16);
    result(sender);
    queue.put(message("again")).await();
    assertThat(far.receiveText(10, SOON)).isEqualTo("head again");
  }

  @Test
  void aPutThatIsInterrupted_failsAndLeavesTheOthersAlone() throws Exception {
    ShardQueue queue = ShardQueue.builder(near).highWaterMark(8).build();
    stuckSender(queue);
    FutureTask<Delivery> interrupted = start(() -> queue.put(message("lost")));
    Eventually.holds("it waits", () -> isParked(threads.get(1)));
    FutureTask<Delivery> behind = start(() -> queue.put(message("kept")));
    Eventually.holds("it waits", () -> isParked(threads.get(2)));
    threads.get(1).interrupt();
    assertThat(failure(interrupted)).isInstanceOf(InterruptedIOException.class);
    far.setWindow(1 << 16);
    result(behind).await();
    assertThat(far.receiveText(9, SOON)).isEqualTo("head kept");
  }

  @Test
  void anInterruptedSender_leavesNothingBehind() throws Exception {
    ShardQueue queue = ShardQueue.of(near);
    FutureTask<Delivery> sender = stuckSender(queue);
    queue.put(message("tail"));
    threads.get(0).interrupt();
    assertThat(result(sender).isDone()).isTrue();
    far.setWindow(1 << 16);
    assertThat(far.receiveText(9, SOON)).isEqualTo("head tail");
  }

  @Test
  void anInterruptedSender_doesNotLiftTheBound() throws Exception {
    ShardQueue queue = ShardQueue.builder(near).highWaterMark(8).build();
    FutureTask<Delivery> sender = stuckSender(queue);
    threads.get(0).interrupt();
    result(sender);
    queue.put(message("12345"));
    FutureTask<Delivery> waiting = start(() -> queue.put(message("6789")));
    Eventually.holds("it waits for room", () -> isParked(threads.get(1)));
    assertThat(queue.queued()).isEqualTo(5);
    far.setWindow(1 << 16);
    result(waiting).await();
    assertThat(far.receiveText(14, SOON)).isEqualTo("head 123456789");
  }

  @Test
  void aConnectionThatIsReset_failsEveryProducer() throws Exception {
    ShardQueue queue = ShardQueue.builder(near).highWaterMark(8).build();
    FutureTask<Delivery> sender = stuckSender(queue);
    Delivery queued = queue.put(message("abc"));
    FutureTask<Delivery> waiting = start(() -> queue.put(message("no room")));
    Eventually.holds("it waits", () -> isParked(threads.get(1)));
    FutureTask<Void> awaiting =
        start(
            () -> {
              queued.await();
              return null;
            });
    Eventually.holds("it waits", () -> isParked(threads.get(2)));
    far.reset();
    for (FutureTask<?> each : List.of(sender, waiting, awaiting)) {
      assertThat(failure(each))
          .isInstanceOfSatisfying(
              ConnectionClosedException.class,
              e -> assertThat(e.side()).isEqualTo(ConnectionClosedException.Side.PEER));
    }
    assertThatThrownBy(() -> queue.put(message("after"))).isInstanceOf(IOException.class);
  }

  @Test
  void aConnectionThatIsClosedHere_failsEveryProducer() throws Exception {
    ShardQueue queue = ShardQueue.of(near);
    FutureTask<Delivery> sender = stuckSender(queue);
    Delivery queued = queue.put(message("abc"));
    near.close();
    assertThat(failure(sender)).isInstanceOf(ConnectionClosedException.class);
    assertThatThrownBy(queued::await).isInstanceOf(ConnectionClosedException.class);
    assertThatThrownBy(() -> queue.put(message("after")))
        .isInstanceOf(ConnectionClosedException.class);
  }

  @Test
  void aPeerThatTakesNothingForTheWriteTimeout_isReset() throws Exception {
    near.setWriteTimeout(Duration.ofMillis(20));
    ShardQueue queue = ShardQueue.of(near);
    far.setWindow(0);
    assertThatThrownBy(() -> queue.put(message("abc")))
        .isInstanceOf(IOException.class)
        .hasCauseInstanceOf(WriteTimeoutException.class);
    assertThat(far.awaitEnd(SOON)).isEqualTo(FakePeer.End.RST);
  }

  @Test
  void aQueueThatIsClosed_endsTheWaitsForRoom() throws Exception {
    ShardQueue queue = ShardQueue.builder(near).highWaterMark(5).build();
    FutureTask<Delivery> sender = stuckSender(queue);
    FutureTask<Delivery> waiting = start(() -> queue.put(message("abc")));
    Eventually.holds("it waits", () -> isParked(threads.get(1)));
    queue.close();
    assertThat(failure(waiting))
        .isInstanceOf(ConnectionClosedException.class)
        .hasMessageContaining("the queue is closed");
    far.setWindow(1 << 16);
    result(sender).await();
    assertThat(far.receiveText(5, SOON)).isEqualTo("head ");
    assertThat(near.isOpen()).isTrue();
  }

  @Test
  void aSecondThreadThatAwaitsAMessage_isRefused() throws Exception {
    ShardQueue queue = ShardQueue.of(near);
    stuckSender(queue);
    Delivery queued = queue.put(message("abc"));
    start(
        () -> {
          queued.await();
          return null;
        });
    Eventually.holds("it waits", () -> isParked(threads.get(1)));
    assertThatThrownBy(queued::await)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("let one thread wait");
    far.setWindow(1 << 16);
  }

  @Test
  void settingsThatMakeNoSense_areRefused() {
    assertThatThrownBy(() -> ShardQueue.builder(near).highWaterMark(0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("not 0");
    assertThatThrownBy(() -> ShardQueue.builder(near).timeout(Duration.ofMillis(-1)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
