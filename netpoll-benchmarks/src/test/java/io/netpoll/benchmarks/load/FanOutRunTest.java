package io.netpoll.benchmarks.load;

import static io.netpoll.benchmarks.load.ScriptedServer.read;
import static io.netpoll.benchmarks.load.ScriptedServer.write;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.benchmarks.rpc.Message;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The load of publishing, against a server that does what each test wants. */
@Timeout(60)
class FanOutRunTest {
  private static final Duration SHORT = Duration.ofMillis(50);
  private static final int SIZE = 100;
  private static final int WINDOW = 4;

  private final List<DataOutputStream> subscribers = new CopyOnWriteArrayList<>();
  private ScriptedServer server;

  /** Sends what was published to a subscriber. */
  private interface Delivering {
    void deliver(Message published, DataOutputStream subscriber) throws IOException;
  }

  @BeforeEach
  void listen() throws IOException {
    server = new ScriptedServer();
  }

  @AfterEach
  void end() throws Exception {
    server.end();
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void deliveries_areCounted_inEverySlice(boolean oneDoesNotRead) throws IOException {
    server.serve(
        publishing(
            (message, subscriber) -> {
              if (oneDoesNotRead && subscriber == subscribers.get(0)) {
                return; // who would let this server wait
              }
              try {
                write(subscriber, message);
              } catch (IOException e) {
                // One reads only while there is to be more than the silent one's sockets take.
                assertThat(subscriber).isSameAs(subscribers.get(1));
              }
            }));
    try (FanOutRun run = new FanOutRun(server.address(), 3, SIZE, WINDOW, oneDoesNotRead)) {
      assertThat(subscribers).hasSize(oneDoesNotRead ? 5 : 3);
      for (int i = 0; i < 3; i++) {
        LoadResult result = slice(run);
        assertThat(result.rate()).isPositive();
        assertThat(result.bytes()).isEqualTo(SIZE * result.latencies().getTotalCount());
        assertThat(result.beside()).isZero();
      }
    }
  }

  @Test
  void aWrongByte_failsTheRun() {
    server.serve(
        publishing(
            (message, subscriber) -> {
              byte[] body = message.body().clone();
              body[7] ^= 1;
              write(subscriber, new Message(message.id(), message.method(), body));
            }));
    assertFails("is not that of any request");
  }

  @Test
  void aMessageThatIsMissing_failsTheRun() {
    server.serve(
        publishing(
            (message, subscriber) -> {
              if (message.id() != 2 || subscriber != subscribers.get(1)) {
                write(subscriber, message);
              }
            }));
    assertFails("Message 3 came to a subscriber instead of message 2.");
  }

  @Test
  void aMessageThatComesTwice_failsTheRun() {
    server.serve(
        publishing(
            (message, subscriber) -> {
              write(subscriber, message);
              if (message.id() == 2) {
                write(subscriber, message);
              }
            }));
    assertFails("Message 2 came to a subscriber instead of message 3.");
  }

  @Test
  void messagesInAnotherOrder_failTheRun() {
    Message[] held = new Message[1];
    server.serve(
        publishing(
            (message, subscriber) -> {
              if (subscriber != subscribers.get(0)) {
                write(subscriber, message);
              } else if (message.id() == 1) {
                held[0] = message;
              } else {
                write(subscriber, message);
                if (message.id() == 2) {
                  write(subscriber, held[0]);
                }
              }
            }));
    assertFails("Message 2 came to a subscriber instead of message 1.");
  }

  @Test
  void anAnswerToThePublisher_failsTheRun() {
    server.serve(
        (in, out) -> {
          Message message = read(in);
          write(out, message.answer());
          in.read();
        });
    assertFails("came to who publishes");
  }

  @Test
  void anEndOfAConnection_failsTheRun() {
    server.serve(
        publishing(
            (message, subscriber) -> {
              write(subscriber, message);
              if (message.id() == 100) {
                subscriber.close();
              }
            }));
    assertThatThrownBy(this::run).isInstanceOf(IOException.class);
  }

  @Test
  void aSubscriptionThatIsNotTaken_isSaid() {
    server.serve((in, out) -> read(in));
    assertFails("instead of taking a subscription");
  }

  @Test
  void anotherAnswerToASubscription_isSaid() {
    server.serve(
        (in, out) -> {
          write(out, read(in));
          in.read();
        });
    assertFails("answered with something else");
  }

  @Test
  void whatMakesNoSense_isRefused() {
    int[][] nonsense = {{0, SIZE, WINDOW}, {1, 11, WINDOW}, {1, SIZE, 0}, {1, 1 << 20, 1}};
    for (int[] each : nonsense) {
      assertThatThrownBy(() -> new FanOutRun(server.address(), each[0], each[1], each[2], false))
          .isInstanceOf(IllegalArgumentException.class);
    }
  }

  private void assertFails(String sentence) {
    assertThatThrownBy(this::run).isInstanceOf(IOException.class).hasMessageContaining(sentence);
  }

  /** Runs until it fails. */
  private void run() throws IOException {
    try (FanOutRun run = new FanOutRun(server.address(), 2, SIZE, WINDOW, false)) {
      run.slice(SHORT, Duration.ofMinutes(1), 0);
    }
  }

  private static LoadResult slice(FanOutRun run) throws IOException {
    Duration measured = SHORT;
    LoadResult result = run.slice(SHORT, measured, ProcessHandle.current().pid());
    while (result.latencies().getTotalCount() == 0) { // a busy machine needs longer
      measured = measured.multipliedBy(2);
      result = run.slice(SHORT, measured, ProcessHandle.current().pid());
    }
    return result;
  }

  /** Takes subscriptions, and delivers what is published to each subscriber. */
  private ScriptedServer.Serving publishing(Delivering delivering) {
    return (in, out) -> {
      Message first = read(in);
      if (first.isSubscription()) {
        subscribers.add(out);
        write(out, first.answer());
        in.read();
      } else {
        publish(first, in, delivering);
      }
    };
  }

  private void publish(Message first, DataInputStream in, Delivering delivering)
      throws IOException {
    for (Message message = first; ; message = read(in)) {
      for (DataOutputStream subscriber : subscribers) {
        delivering.deliver(message.answer(), subscriber);
      }
    }
  }
}
