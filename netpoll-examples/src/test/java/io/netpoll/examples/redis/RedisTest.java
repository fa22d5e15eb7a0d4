package io.netpoll.examples.redis;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the recording cannot show: bytes, time, and several clients. */
@Timeout(60)
class RedisTest {
  @RegisterExtension
  static final LeakCheck LEAKS = LeakCheck.ignoringThreads("netpoll-spare", "netpoll-watch");

  private final AtomicLong now = new AtomicLong(1_000_000);
  private OurRedis redis;

  @BeforeEach
  void open() throws IOException {
    redis = new OurRedis(now::get);
  }

  @AfterEach
  void close() {
    redis.close();
  }

  private Socket socket() throws IOException {
    return new Socket(redis.address().getAddress(), redis.address().getPort());
  }

  private static void send(Socket socket, String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
  }

  private static String read(Socket socket, int length) throws IOException {
    return new String(socket.getInputStream().readNBytes(length), ISO_8859_1);
  }

  private static void assertAnswer(Socket socket, String expected) throws IOException {
    assertThat(read(socket, expected.length())).isEqualTo(expected);
  }

  @Test
  void inlineCommands_areSplitLikeAShellDoes() throws Exception {
    try (Socket socket = socket()) {
      send(socket, "\r\n\n  ECHO \"a\\x41\\n\\\"b\" \r\nECHO 'it\\'s \\n'\nPING\r\n");
      assertAnswer(socket, "$5\r\naA\n\"b\r\n$7\r\nit's \\n\r\n+PONG\r\n");
    }
  }

  @Test
  void pipelinedCommandsOfBothKinds_areAnsweredInOrder() throws Exception {
    try (Socket socket = socket()) {
      StringBuilder commands = new StringBuilder();
      StringBuilder answers = new StringBuilder();
      for (int i = 1; i <= 2000; i++) {
        commands.append(i % 2 == 0 ? "INCR n\r\n" : "*2\r\n$4\r\nINCR\r\n$1\r\nn\r\n");
        answers.append(':').append(i).append("\r\n");
      }
      send(socket, commands + "*0\r\n*-1\r\nPING\r\n");
      assertAnswer(socket, answers + "+PONG\r\n");
    }
  }

  @Test
  void aCommandThatComesByteByByte_isAnsweredOnce() throws Exception {
    try (Socket socket = socket()) {
      socket.setTcpNoDelay(true);
      for (char c : "*3\r\n$3\r\nSET\r\n$1\r\nk\r\n$5\r\nva\r\nl\r\n".toCharArray()) {
        socket.getOutputStream().write(c);
      }
      assertAnswer(socket, "+OK\r\n");
      send(socket, "GET k\r\n");
      assertAnswer(socket, "$5\r\nva\r\nl\r\n");
    }
  }

  @Test
  void aHalfCommandBehindAWholeOne_doesNotHoldItsAnswerBack() throws Exception {
    try (Socket socket = socket()) {
      send(socket, "PING\r\n*2\r\n$4\r\nEC");
      assertAnswer(socket, "+PONG\r\n");
      send(socket, "HO\r\n$2\r\nhi\r\n");
      assertAnswer(socket, "$2\r\nhi\r\n");
    }
  }

  @Test
  void aValueOfMegabytes_comesBackUnchanged() throws Exception {
    String value = "0123456789abcdef".repeat(300_000);
    try (RespClient client = redis.client()) {
      assertThat(Notation.of(client.call("SET", "k", value))).isEqualTo("+OK");
      assertThat(client.call("GET", "k")).isEqualTo(new RespValue.Bulk(value));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "*x\\r\\n | invalid multibulk length",
        "*99999999\\r\\n | invalid multibulk length",
        "*1\\n\\r | invalid multibulk length",
        "*\\r\\n | invalid multibulk length",
        "*9999999999999999999999\\r\\n | invalid multibulk length",
        "*1\\r\\nPING\\r\\n | expected '$', got 'P'",
        "*1\\r\\n$-1\\r\\n | invalid bulk length",
        "*1\\r\\n$4x\\r\\nPING\\r\\n | invalid bulk length",
        "*1\\r\\n$600000000\\r\\n | invalid bulk length",
        "ECHO \"a\\r\\n | unbalanced quotes in request",
        "ECHO 'a'b\\r\\n | unbalanced quotes in request",
      })
  void whatIsNotTheProtocol_isToldAndTheConnectionCloses(String bytes, String message)
      throws Exception {
    try (Socket socket = socket()) {
      send(socket, "PING\r\n" + bytes.replace("\\r", "\r").replace("\\n", "\n") + "PING\r\n");
      String all = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      assertThat(all).isEqualTo("+PONG\r\n-ERR Protocol error: " + message + "\r\n");
    }
  }

  @Test
  void anInlineCommandWithoutEnd_isRefused() throws Exception {
    try (Socket socket = socket()) {
      send(socket, "x".repeat(64 * 1024 + 1));
      String all = new String(socket.getInputStream().readAllBytes(), ISO_8859_1);
      assertThat(all).isEqualTo("-ERR Protocol error: too big inline request\r\n");
    }
  }

  @Test
  void quit_answersAndCloses() throws Exception {
    try (Socket socket = socket()) {
      send(socket, "QUIT\r\nPING\r\n");
      assertThat(new String(socket.getInputStream().readAllBytes(), ISO_8859_1))
          .isEqualTo("+OK\r\n");
    }
  }

  @Test
  void keysThatExpire_areGoneAfterTheirTimeOnly() throws Exception {
    try (RespClient client = redis.client()) {
      client.call("SET", "k", "v", "PX", "1500");
      client.call("RPUSH", "l", "a");
      client.call("EXPIRE", "l", "10");
      now.addAndGet(1500);
      assertThat(Notation.of(client.call("GET", "k"))).isEqualTo("$\"v\"");
      assertThat(Notation.of(client.call("TTL", "l"))).isEqualTo(":9");
      now.addAndGet(1);
      assertThat(Notation.of(client.call("DBSIZE"))).isEqualTo(":1");
      assertThat(Notation.of(client.call("MGET", "k", "l"))).isEqualTo("*[$nothing, $nothing]");
      assertThat(Notation.of(client.call("INFO", "keyspace"))).contains("db0:keys=1,expires=1,");
      now.addAndGet(10_000);
      assertThat(Notation.of(client.call("KEYS", "*"))).isEqualTo("*[]");
      assertThat(Notation.of(client.call("TTL", "l"))).isEqualTo(":-2");
      assertThat(Notation.of(client.call("INFO", "keyspace"))).doesNotContain("db0");
    }
  }

  @Test
  void aKeyThatIsSetAnew_doesNotExpireAsItOnceShould() throws Exception {
    try (RespClient client = redis.client()) {
      client.call("SET", "k", "v", "EX", "1");
      client.call("SET", "k", "w");
      client.call("SET", "m", "v", "EX", "1");
      client.call("DEL", "m");
      client.call("SET", "m", "w");
      now.addAndGet(5000);
      assertThat(Notation.of(client.call("MGET", "k", "m"))).isEqualTo("*[$\"w\", $\"w\"]");
    }
  }

  @Test
  void information_countsClientsAndKeys() throws Exception {
    try (RespClient client = redis.client();
        RespClient other = redis.client()) {
      other.call("SET", "k", "v");
      assertThat(Notation.of(client.call("INFO")))
          .contains("connected_clients:2\\x0d\\x0a", "db0:keys=1,expires=0,");
    }
  }

  @Test
  void commandTells_whatItCountsAndWhichWordsAreKeys() throws Exception {
    try (RespClient client = redis.client()) {
      RespValue.Array all = (RespValue.Array) client.call("COMMAND");
      assertThat(client.call("COMMAND", "COUNT"))
          .isEqualTo(new RespValue.Number(all.elements().size()));
      assertThat(Notation.of(client.call("COMMAND", "INFO", "MSET", "nosuch")))
          .isEqualTo("*[*[$\"mset\", :-3, *[+write], :1, :-1, :2], $nothing]");
    }
  }

  @Test
  void incrementsOfManyClients_areAllCounted() throws Exception {
    int clients = 8;
    int increments = 500;
    inParallel(
        clients,
        () -> {
          try (RespClient client = redis.client()) {
            for (int i = 0; i < increments; i++) {
              client.call("INCR", "n");
            }
          }
        });
    try (RespClient client = redis.client()) {
      assertThat(Notation.of(client.call("GET", "n")))
          .isEqualTo("$\"" + clients * increments + "\"");
    }
  }

  @Test
  void keysThatAreSetTogether_areNeverSeenApart() throws Exception {
    AtomicBoolean over = new AtomicBoolean();
    ExecutorService writer = Executors.newSingleThreadExecutor();
    try (RespClient reading = redis.client()) {
      Future<?> writing =
          writer.submit(
              () -> {
                try (RespClient client = redis.client()) {
                  for (int i = 0; !over.get(); i++) {
                    String value = Integer.toString(i);
                    client.call("MSET", "a", value, "b", value);
                  }
                }
                return null;
              });
      for (int i = 0; i < 2000; i++) {
        RespValue.Array pair = (RespValue.Array) reading.call("MGET", "a", "b");
        assertThat(pair.elements().get(0)).isEqualTo(pair.elements().get(1));
      }
      over.set(true);
      writing.get(20, TimeUnit.SECONDS);
    } finally {
      over.set(true);
      writer.shutdown();
    }
  }

  /** Something that a thread does. */
  private interface Action {
    void run() throws Exception;
  }

  private static void inParallel(int threads, Action action) throws Exception {
    ExecutorService pool = Executors.newFixedThreadPool(threads);
    try {
      List<Future<?>> running = new ArrayList<>();
      for (int i = 0; i < threads; i++) {
        running.add(
            pool.submit(
                () -> {
                  action.run();
                  return null;
                }));
      }
      for (Future<?> each : running) {
        each.get(40, TimeUnit.SECONDS);
      }
    } finally {
      pool.shutdown();
    }
  }
}
