package io.netpoll.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.Dialer;
import io.netpoll.EventLoop;
import io.netpoll.LinkBuffer;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.ReadTimeoutException;
import io.netpoll.ShardQueue;
import io.netpoll.spi.PollerProvider;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Calls to a server that answers when the test says so, on every backend that can run here. */
@Timeout(60)
class RpcClientTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  static Stream<String> backends() {
    return ServiceLoader.load(PollerProvider.class).stream()
        .map(ServiceLoader.Provider::get)
        .filter(provider -> provider.availability().available())
        .map(PollerProvider::name);
  }

  /** A request that the server has received, and what it does about it. */
  private record Received(RpcFrame request, Connection connection, ShardQueue answers) {
    String text() {
      return new String(request.payload(), StandardCharsets.UTF_8);
    }

    void answer(String text) throws IOException {
      answers.put(new RpcFrame(request.id(), bytes(text)).toMessage());
    }
  }

  /** A server, a client of it, and threads that call. */
  private static final class Stage implements AutoCloseable {
    final BlockingQueue<Received> received = new LinkedBlockingQueue<>();
    final RpcClient client;
    private final ExecutorService callers = Executors.newCachedThreadPool();
    private final PollerGroup group;
    private final EventLoop server;

    Stage(String backend, int connections) throws IOException {
      group = PollerGroup.builder().backend(backend).build();
      server =
          EventLoop.withContext(ShardQueue::of)
              .onRequest(
                  (connection, answers) ->
                      received.add(
                          new Received(RpcFrame.read(connection.reader()), connection, answers)))
              .build();
      Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
      server.start(listener);
      int port = ((InetSocketAddress) listener.localAddress()).getPort();
      Dialer dialer = Dialer.builder().group(group).build();
      client = RpcClient.connect(dialer, "tcp", "127.0.0.1:" + port, connections, SOON);
    }

    Future<String> call(String text) {
      return call(text, SOON);
    }

    Future<String> call(String text, Duration timeout) {
      return start(() -> new String(client.call(bytes(text), timeout), StandardCharsets.UTF_8));
    }

    private <T> Future<T> start(Callable<T> call) {
      return callers.submit(call);
    }

    Received receive() throws InterruptedException {
      Received request = received.poll(SOON.toSeconds(), TimeUnit.SECONDS);
      assertThat(request).as("a request came").isNotNull();
      return request;
    }

    @Override
    public void close() {
      client.close();
      callers.shutdownNow();
      server.close();
      group.close();
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private static String result(Future<String> call) throws Exception {
    return call.get(SOON.toSeconds(), TimeUnit.SECONDS);
  }

  private static Throwable failure(Future<String> call) throws Exception {
    try {
      throw new AssertionError("It was answered: " + result(call));
    } catch (ExecutionException e) {
      return e.getCause();
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void answersOutOfOrder_reachTheirCallers(String backend) throws Exception {
    try (Stage stage = new Stage(backend, 1)) {
      List<Future<String>> calls = new ArrayList<>();
      List<Received> requests = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        calls.add(stage.call("request " + i));
        requests.add(stage.receive());
      }
      for (int i = requests.size() - 1; i >= 0; i--) {
        requests.get(i).answer("answer to " + requests.get(i).text());
      }
      for (int i = 0; i < calls.size(); i++) {
        assertThat(result(calls.get(i))).isEqualTo("answer to request " + i);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aCallThatTimesOut_disturbsNoOther(String backend) throws Exception {
    try (Stage stage = new Stage(backend, 1)) {
      Future<String> patient = stage.call("patient");
      Received first = stage.receive();
      Future<String> hasty = stage.call("hasty", Duration.ofMillis(20));
      stage.receive();
      assertThat(failure(hasty))
          .isInstanceOf(ReadTimeoutException.class)
          .hasMessageMatching("Call 2 to 127\\.0\\.0\\.1:\\d+ got no answer within 20 ms\\.");
      first.answer("in time");
      assertThat(result(patient)).isEqualTo("in time");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void theLateAnswerOfACallThatTimedOut_isDiscarded(String backend) throws Exception {
    try (Stage stage = new Stage(backend, 1)) {
      Future<String> hasty = stage.call("hasty", Duration.ofMillis(20));
      assertThat(failure(hasty)).isInstanceOf(ReadTimeoutException.class);
      Future<String> next = stage.call("next");
      stage.receive().answer("too late");
      stage.receive().answer("for the next");
      assertThat(result(next)).isEqualTo("for the next");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void aLostConnection_failsItsCallsAtOnceAndTheOthersGoOn(String backend) throws Exception {
    try (Stage stage = new Stage(backend, 2)) {
      List<Future<String>> calls = new ArrayList<>();
      List<Received> requests = new ArrayList<>();
      for (int i = 0; i < 6; i++) {
        calls.add(stage.call("request"));
        requests.add(stage.receive());
      }
      Connection cut = requests.get(0).connection();
      cut.abort();
      for (int i = 0; i < calls.size(); i++) {
        Received request = requests.get(i);
        if (request.connection() == cut) {
          assertThat(failure(calls.get(i)))
              .isInstanceOfSatisfying(
                  ConnectionClosedException.class, e -> assertThat(e.side()).isEqualTo(Side.PEER))
              .hasMessageMatching("Call \\d+ got no answer: the connection to .* was lost\\.");
        } else {
          request.answer("still here");
          assertThat(result(calls.get(i))).isEqualTo("still here");
        }
      }
      Future<String> after = stage.call("after");
      stage.receive().answer("over the other");
      assertThat(result(after)).isEqualTo("over the other");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void whenNoConnectionIsLeft_aCallFailsAtOnce(String backend) throws Exception {
    try (Stage stage = new Stage(backend, 1)) {
      Future<String> call = stage.call("request");
      stage.receive().connection().close();
      assertThat(failure(call)).isInstanceOf(ConnectionClosedException.class);
      assertThatThrownBy(() -> stage.client.call(bytes("more"), SOON))
          .isInstanceOf(ConnectionClosedException.class)
          .hasMessageContaining("is left: connect again");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void closingTheClient_failsCallsThatWait(String backend) throws Exception {
    try (Stage stage = new Stage(backend, 2)) {
      List<Future<String>> calls = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        calls.add(stage.call("request"));
        stage.receive();
      }
      stage.client.close();
      for (Future<String> call : calls) {
        assertThat(failure(call))
            .isInstanceOfSatisfying(
                ConnectionClosedException.class, e -> assertThat(e.side()).isEqualTo(Side.LOCAL))
            .hasMessageContaining("this client was closed");
      }
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void anInterruptedCall_endsAndDisturbsNoOther(String backend) throws Exception {
    try (Stage stage = new Stage(backend, 1)) {
      Thread.currentThread().interrupt();
      assertThatThrownBy(() -> stage.client.call(bytes("interrupted"), SOON))
          .isInstanceOf(InterruptedIOException.class);
      assertThat(Thread.interrupted()).isTrue();
      stage.receive();
      Future<String> next = stage.call("next");
      stage.receive().answer("for the next");
      assertThat(result(next)).isEqualTo("for the next");
    }
  }

  @ParameterizedTest
  @MethodSource("backends")
  void anAnswerOfImpossibleLength_endsTheConnection(String backend) throws Exception {
    try (Stage stage = new Stage(backend, 1)) {
      Future<String> call = stage.call("request");
      LinkBuffer nonsense = LinkBuffer.create();
      nonsense.writeInt(3);
      nonsense.flush();
      stage.receive().answers().put(nonsense);
      assertThat(failure(call)).isInstanceOf(ConnectionClosedException.class);
    }
  }
}
