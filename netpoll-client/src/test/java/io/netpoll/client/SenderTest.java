package io.netpoll.client;

import static io.netpoll.client.Sink.message;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.LinkBuffer;
import io.netpoll.ShardQueue;
import io.netpoll.ShardQueue.Delivery;
import io.netpoll.WriteTimeoutException;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What the sender of a queue does, step by step on one thread: a flush puts more messages. */
@Timeout(60)
class SenderTest {
  private static final int ROUNDS = 64;

  private final Sink sink = new Sink();
  private final Queue<Runnable> relays = new ArrayDeque<>();
  private final ShardQueue queue =
      new EngineShardQueue(sink.connection, 1 << 20, TimeUnit.SECONDS.toNanos(10), relays::add);

  @Test
  void whatComesDuringAFlush_isSentTogetherAfterIt() throws Exception {
    List<Integer> flushed = new ArrayList<>();
    sink.inFlush =
        () -> {
          flushed.add(sink.received.mallocLength());
          if (flushed.size() == 1) {
            queue.put(message("b"));
            queue.put(message("c"));
          }
        };
    queue.put(message("a"));
    assertThat(flushed).containsExactly(1, 2);
    assertThat(sink.text()).isEqualTo("abc");
    assertThat(queue.queued()).isZero();
  }

  @Test
  void aProducerThatHasSentForLong_handsTheRoleOn() throws Exception {
    int[] flushes = {0};
    sink.inFlush =
        () -> {
          if (flushes[0]++ < 2 * ROUNDS) {
            queue.put(message("x"));
          }
        };
    queue.put(message("x"));
    assertThat(flushes[0]).isEqualTo(ROUNDS + 1);
    assertThat(relays).hasSize(1);
    assertThat(queue.put(message("y")).isDone()).isFalse();
    relays.remove().run();
    assertThat(sink.text()).hasSize(2 * ROUNDS + 2);
    assertThat(relays).isEmpty();
  }

  @Test
  void whereThereIsNoThreadToHandTheRoleTo_theProducerGoesOn() throws Exception {
    ShardQueue alone =
        new EngineShardQueue(
            sink.connection,
            1 << 20,
            Long.MAX_VALUE,
            task -> {
              throw new RejectedExecutionException("no threads");
            });
    int[] flushes = {0};
    sink.inFlush =
        () -> {
          if (flushes[0]++ < 2 * ROUNDS) {
            alone.put(message("x"));
          }
        };
    alone.put(message("x"));
    assertThat(sink.text()).hasSize(2 * ROUNDS + 1);
  }

  @Test
  void anInterruptedSender_handsTheRoleOnAndStaysInterrupted() throws Exception {
    boolean[] first = {true};
    sink.inFlush =
        () -> {
          if (first[0]) {
            first[0] = false;
            queue.put(message("b"));
            Thread.currentThread().interrupt();
            sink.received.flush();
            throw new InterruptedIOException("interrupted");
          }
        };
    Delivery delivery = queue.put(message("a"));
    assertThat(Thread.interrupted()).isTrue();
    assertThat(delivery.isDone()).isTrue();
    assertThat(sink.text()).isEqualTo("a");
    relays.remove().run();
    assertThat(sink.text()).isEqualTo("b");
  }

  @Test
  void aFlushThatFails_failsEveryMessageAndEveryPutAfterIt() throws Exception {
    List<Delivery> behind = new ArrayList<>();
    sink.inFlush =
        () -> {
          behind.add(queue.put(message("b")));
          throw new ConnectionClosedException(Side.PEER, "gone", null);
        };
    assertThatThrownBy(() -> queue.put(message("a")))
        .isInstanceOf(ConnectionClosedException.class)
        .hasMessage("Putting a message of 1 bytes for sink:1 failed: gone");
    assertThat(behind.get(0).isDone()).isTrue();
    assertThatThrownBy(behind.get(0)::await)
        .isInstanceOfSatisfying(
            ConnectionClosedException.class, e -> assertThat(e.side()).isEqualTo(Side.PEER));
    assertThatThrownBy(() -> queue.put(message("c"))).hasMessageEndingWith("failed: gone");
    assertThat(queue.queued()).isZero();
    assertThat(sink.aborted).isFalse();
  }

  @Test
  void aFlushThatTakesTooLong_failsTheQueueAndResetsTheConnection() {
    sink.inFlush =
        () -> {
          throw new WriteTimeoutException("too slow");
        };
    assertThatThrownBy(() -> queue.put(message("a")))
        .isInstanceOf(IOException.class)
        .hasCauseInstanceOf(WriteTimeoutException.class);
    assertThat(sink.aborted).isTrue();
  }

  @Test
  void aFlushThatIsRefused_failsTheQueue() {
    sink.inFlush =
        () -> {
          throw new IllegalStateException("another thread is writing");
        };
    assertThatThrownBy(() -> queue.put(message("a"))).isInstanceOf(IllegalStateException.class);
    assertThatThrownBy(() -> queue.put(message("b")))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("another thread is writing");
  }

  @Test
  void anUnflushedMessage_isRefusedAndStaysTheCallers() throws Exception {
    LinkBuffer unflushed = LinkBuffer.create();
    unflushed.writeString("abc");
    assertThatThrownBy(() -> queue.put(unflushed))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("3 unflushed bytes");
    unflushed.flush();
    queue.put(unflushed);
    assertThat(sink.text()).isEqualTo("abc");
  }

  @Test
  void aMessageThatCannotBeAppended_failsAlone() throws Exception {
    List<Delivery> behind = new ArrayList<>();
    LinkBuffer bad = message("bad");
    sink.inFlush =
        () -> {
          if (behind.isEmpty()) {
            behind.add(queue.put(bad));
            behind.add(queue.put(message("good")));
            bad.writeByte(0); // the caller breaks its promise
          }
        };
    queue.put(message("first "));
    assertThat(sink.text()).isEqualTo("first good");
    assertThatThrownBy(behind.get(0)::await).hasMessageContaining("cannot be appended");
    behind.get(1).await();
    bad.close();
  }

  @Test
  void anEmptyMessage_isDelivered() throws Exception {
    assertThat(queue.put(message("")).isDone()).isTrue();
  }

  @Test
  void aClosedQueue_sendsWhatWasPutAndRefusesMore() throws Exception {
    boolean[] first = {true};
    sink.inFlush =
        () -> {
          if (first[0]) {
            first[0] = false;
            queue.put(message("b"));
            queue.close();
          }
        };
    queue.put(message("a"));
    assertThat(sink.text()).isEqualTo("ab");
    assertThatThrownBy(() -> queue.put(message("c")))
        .isInstanceOfSatisfying(
            ConnectionClosedException.class, e -> assertThat(e.side()).isEqualTo(Side.LOCAL))
        .hasMessage("Putting a message of 1 bytes for sink:1 was refused: the queue is closed.");
  }
}
