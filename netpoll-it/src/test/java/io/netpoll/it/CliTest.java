package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.it.Program.Outcome;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The contract of the runnable jar's command line, kept by the jar itself in its own process. */
@Timeout(120)
class CliTest {
  private static final Pattern LISTENING =
      Pattern.compile(
          "listening on 127\\.0\\.0\\.1:(\\d+) backend=(\\w+) execution=(\\w+) loops=(\\d+)");

  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  private static Program server(Setting setting, String... address) throws Exception {
    return Program.examples(
        Stream.concat(
                Stream.of(
                    "echo-server",
                    "--backend",
                    setting.backend(),
                    "--execution",
                    setting.execution().toString(),
                    "--loops",
                    "2"),
                Stream.of(address))
            .toArray(String[]::new));
  }

  private static Matcher listening(Program server) throws Exception {
    String line = server.firstLine();
    Matcher matcher = LISTENING.matcher(line);
    assertThat(matcher.matches()).as(line).isTrue();
    return matcher;
  }

  private static int port(Program server) throws Exception {
    return Integer.parseInt(listening(server).group(1));
  }

  private static Outcome run(String... arguments) throws Exception {
    try (Program program = Program.examples(arguments)) {
      return program.outcome();
    }
  }

  private static void assertOneSentence(Outcome outcome, int code, String part) {
    assertThat(outcome.err()).hasSize(1);
    assertThat(outcome.err().get(0)).contains(part).endsWith(".").doesNotContain("Exception");
    assertThat(outcome.code()).isEqualTo(code);
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aServerOverTcp_saysWhatItIsAndServesAClient(Setting setting) throws Exception {
    try (Program server = server(setting, "--port", "0")) {
      Matcher line = listening(server);
      assertThat(line.group(2)).isEqualTo(setting.backend());
      assertThat(line.group(3)).isEqualTo(setting.execution().toString());
      assertThat(line.group(4)).isEqualTo("2");
      Outcome client =
          run("echo-client", "--port", line.group(1), "--connections", "3", "--count", "200");
      assertThat(client.err()).isEmpty();
      assertThat(String.join("\n", client.out()))
          .contains("echoed 600 frames of 1024 bytes on 3 connections")
          .contains("p50=", "p90=", "p99=", "p99.9=", "max=");
      assertThat(client.code()).isZero();
      server.terminate();
      Outcome ended = server.outcome();
      assertThat(ended.err()).isEmpty();
      assertThat(ended.code()).isZero();
    }
  }

  @Test
  void aProxyForwardsToAnEchoServer() throws Exception {
    try (Program server = Program.examples("echo-server", "--port", "0")) {
      String target = "127.0.0.1:" + listening(server).group(1);
      try (Program proxy = Program.examples("tcp-proxy", "--port", "0", "--target", target)) {
        String port = listening(proxy).group(1);
        Outcome client = run("echo-client", "--port", port, "--connections", "3", "--count", "200");
        assertThat(client.err()).isEmpty();
        assertThat(client.code()).isZero();
        proxy.terminate();
        assertThat(proxy.outcome().code()).isZero();
      }
    }
  }

  @Test
  void anHttpServerSendsFilesBelowItsRoot_andNoOthers(@TempDir Path directory) throws Exception {
    Path root = Files.createDirectory(directory.resolve("root"));
    byte[] content = new byte[300_000];
    new Random(1).nextBytes(content);
    Files.write(root.resolve("file"), content);
    Files.write(directory.resolve("secret"), content);
    try (Program server =
        Program.examples("http-server", "--port", "0", "--root", root.toString())) {
      String base = "http://127.0.0.1:" + listening(server).group(1);
      HttpClient client = HttpClient.newHttpClient();
      var found = client.send(get(base + "/file"), HttpResponse.BodyHandlers.ofByteArray());
      assertThat(found.body()).isEqualTo(content);
      var missing = client.send(get(base + "/../secret"), HttpResponse.BodyHandlers.ofByteArray());
      assertThat(missing.statusCode()).isEqualTo(404);
    }
  }

  private static HttpRequest get(String uri) {
    return HttpRequest.newBuilder(URI.create(uri)).version(HttpClient.Version.HTTP_1_1).build();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aServerOverAUnixSocket_namesItsPathAndLeavesNoFile(Setting setting, @TempDir Path directory)
      throws Exception {
    Path path = directory.resolve("echo.sock");
    try (Program server = server(setting, "--unix", path.toString())) {
      assertThat(server.firstLine())
          .isEqualTo(
              "listening on unix:"
                  + path
                  + " backend="
                  + setting.backend()
                  + " execution="
                  + setting.execution()
                  + " loops=2");
      Outcome client = run("echo-client", "--unix", path.toString(), "--count", "200");
      assertThat(client.err()).isEmpty();
      assertThat(client.code()).isZero();
      server.terminate();
      assertThat(server.outcome().code()).isZero();
      assertThat(Files.exists(path)).isFalse();
    }
  }

  @ParameterizedTest
  @MethodSource("settings")
  void sigtermUnderLoad_drainsEveryConnectionAndExitsWith0(Setting setting) throws Exception {
    int clients = 10;
    CountDownLatch busy = new CountDownLatch(clients);
    try (Crew crew = new Crew();
        Program server = server(setting, "--port", "0")) {
      int port = port(server);
      for (int i = 0; i < clients; i++) {
        int number = i;
        crew.start(
            () -> {
              try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                Frames.exchangeUntilClosed(client, number, busy::countDown);
              }
            });
      }
      assertThat(busy.await(20, TimeUnit.SECONDS)).isTrue();
      server.terminate();
      Outcome outcome = server.outcome();
      assertThat(outcome.out()).contains("shut down: 10 connections drained, 0 aborted");
      assertThat(outcome.err()).isEmpty();
      assertThat(outcome.code()).isZero();
      crew.join();
    }
  }

  @Test
  void aGraceTimeThatIsOver_abortsWhatRunsAndExitsWith1() throws Exception {
    try (Program server =
            Program.examples("echo-server", "--port", "0", "--sleep-ms", "1500", "--grace", "0");
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port(server))) {
      byte[] frame = Frames.frame(new byte[1]);
      client.getOutputStream().write(frame);
      client.getOutputStream().write(frame);
      // After the first answer the server is busy with the second request for a while.
      assertThat(client.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
      server.terminate();
      Outcome outcome = server.outcome();
      assertThat(outcome.out()).contains("shut down: 0 connections drained, 1 aborted");
      assertThat(outcome.code()).isEqualTo(1);
    }
  }

  @Test
  void aFrameLongerThanAllowed_closesItsConnectionWithOneLogLine() throws Exception {
    try (Program server = Program.examples("echo-server", "--port", "0", "--max-frame", "1KiB");
        Socket client = new Socket(InetAddress.getLoopbackAddress(), port(server))) {
      DataOutputStream out = new DataOutputStream(client.getOutputStream());
      DataInputStream in = new DataInputStream(client.getInputStream());
      byte[] allowed = Frames.payload(1, 1024);
      out.write(Frames.frame(allowed));
      assertThat(in.readInt()).isEqualTo(1024);
      assertThat(in.readNBytes(1024)).isEqualTo(allowed);
      out.writeInt(-1);
      assertThat(in.read()).isEqualTo(-1);
      server.terminate();
      Outcome outcome = server.outcome();
      assertThat(outcome.err()).hasSize(1);
      assertThat(outcome.err().get(0))
          .contains("127.0.0.1:" + client.getLocalPort(), "4294967295 bytes", "1024");
    }
  }

  @Test
  void theDemo_showsAnExchangeAndEndsWith0() throws Exception {
    Outcome demo = run("demo", "--count", "500");
    assertThat(demo.out()).contains("sent     \"Hello, Netpoll!\"", "received \"Hello, Netpoll!\"");
    assertThat(String.join("\n", demo.out())).contains("backend=", "echoed 500 frames");
    assertThat(demo.err()).isEmpty();
    assertThat(demo.code()).isZero();
  }

  @ParameterizedTest
  @ValueSource(strings = {"adaptive", "workers"})
  void anRpcServer_answersCallersThatShareConnections(String execution) throws Exception {
    try (Program server =
        Program.examples(
            "rpc-server", "--port", "0", "--slow-every", "50", "--execution", execution)) {
      Outcome client =
          run("rpc-client", "--port", Integer.toString(port(server)), "--count", "100");
      assertThat(client.err()).isEmpty();
      assertThat(String.join("\n", client.out()))
          .contains("called 6400 times with 1024 bytes from 64 threads")
          .contains("all bytes right", "p50=", "p99=");
      assertThat(client.code()).isZero();
      server.terminate();
      Outcome ended = server.outcome();
      assertThat(ended.err()).isEmpty();
      assertThat(ended.code()).isZero();
    }
  }

  @Test
  void theRedisServer_servesTheRedisClient() throws Exception {
    try (Program server = Program.examples("redis-server", "--port", "0")) {
      String port = Integer.toString(port(server));
      assertThat(run("redis-client", "--port", port, "SET", "k", "value").out())
          .containsExactly("OK");
      assertThat(run("redis-client", "--port", port, "MGET", "k", "missing").out())
          .containsExactly("value", "(nothing)");
      assertOneSentence(run("redis-client", "--port", port, "LPUSH", "k", "v"), 1, "WRONGTYPE");
      server.terminate();
      assertThat(server.outcome().code()).isZero();
    }
  }

  @Test
  void theHttpServer_servesTheHttpClient(@TempDir Path root) throws Exception {
    Files.writeString(root.resolve("page"), "one\ntwo\n");
    try (Program server =
        Program.examples("http-server", "--port", "0", "--root", root.toString())) {
      String address = "http://127.0.0.1:" + port(server);
      assertThat(run("http-client", address + "/page").out()).containsExactly("one", "two");
      assertThat(run("http-client", address + "/plaintext").out()).containsExactly("Hello, World!");
      Outcome missing = run("http-client", address + "/missing");
      assertThat(missing.err()).containsExactly("The server answered with status 404.");
      assertThat(missing.code()).isEqualTo(1);
      server.terminate();
      assertThat(server.outcome().code()).isZero();
    }
  }

  @Test
  void aServerThatTellsItsStats_isShownByTop(@TempDir Path directory) throws Exception {
    String stats = directory.resolve("stats.sock").toString();
    try (Program server = Program.examples("echo-server", "--port", "0", "--stats", stats)) {
      run("echo-client", "--port", Integer.toString(port(server)), "--count", "10");
      Outcome page = run("top", "--connect", stats, "--interval", "0.1", "--once");
      assertThat(page.err()).isEmpty();
      assertThat(page.out().get(0)).startsWith("echo-server   pid " + server.pid());
      assertThat(String.join("\n", page.out())).contains("0 connections", "LOOP", "pages    ");
      Outcome lines = run("top", "--connect", stats, "--interval", "0.1", "--batch", "2");
      assertThat(lines.out()).hasSize(3).first().asString().startsWith("uptime_s conns");
      assertThat(lines.out().get(2)).matches("(\\d+(\\.\\d+)? ){10}\\d+");
      assertThat(lines.code()).isZero();
      server.terminate();
      assertThat(server.outcome().code()).isZero();
      assertThat(Files.exists(Path.of(stats))).isFalse();
    }
  }

  @Test
  void topWithoutAServer_saysHowToStartOne(@TempDir Path directory) throws Exception {
    String stats = directory.resolve("nobody.sock").toString();
    assertOneSentence(run("top", "--connect", stats), 1, "--stats " + stats);
  }

  @Test
  void topAtAServerOfAnotherKind_isOneSentence() throws Exception {
    try (Crew crew = new Crew();
        ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      crew.start(
          () -> {
            try (Socket peer = other.accept()) {
              peer.getOutputStream().write(new byte[] {'+', 'O', 'K'});
            }
          });
      Outcome top = run("top", "--connect", Integer.toString(other.getLocalPort()));
      assertOneSentence(top, 1, "127.0.0.1:" + other.getLocalPort());
      crew.join();
    }
  }

  @Test
  void aFolderThatIsNotThere_isOneSentence() throws Exception {
    assertOneSentence(run("http-server", "--port", "0", "--root", "/no/such"), 1, "/no/such");
  }

  @Test
  void aBusyPort_isOneSentence() throws Exception {
    try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertOneSentence(run("echo-server", "--port", port), 1, "127.0.0.1:" + port);
    }
  }

  @Test
  void aBadFlag_isOneSentence() throws Exception {
    assertOneSentence(run("echo-server", "--no-such-flag"), 2, "--no-such-flag");
  }

  @Test
  void anUnknownBackend_isOneSentenceThatNamesTheKnownOnes() throws Exception {
    Outcome outcome = run("echo-server", "--port", "0", "--backend", "pigeon");
    assertOneSentence(outcome, 1, "pigeon");
    assertThat(outcome.err().get(0)).contains("nio");
  }

  @Test
  void anUnreachableAddress_isOneSentence() throws Exception {
    try (Socket bound = new Socket()) { // so that nobody else listens at its port
      bound.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
      String port = Integer.toString(bound.getLocalPort());
      assertOneSentence(run("echo-client", "--port", port), 1, "127.0.0.1:" + port);
    }
  }

  @Test
  void anUnknownHost_isOneSentence() throws Exception {
    assertOneSentence(
        run("echo-client", "--host", "no-such-host.invalid"), 1, "no-such-host.invalid");
  }

  @Test
  void aUnixPathWithoutAServer_isOneSentence(@TempDir Path directory) throws Exception {
    Path path = directory.resolve("nobody.sock");
    assertOneSentence(run("echo-client", "--unix", path.toString()), 1, path.toString());
  }

  @Test
  void aServerThatAnswersWrongBytes_failsTheClient() throws Exception {
    try (Crew crew = new Crew();
        ServerSocket liar = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      crew.start(
          () -> {
            try (Socket peer = liar.accept()) {
              DataInputStream in = new DataInputStream(peer.getInputStream());
              byte[] payload = in.readNBytes(in.readInt());
              payload[17] ^= 1;
              peer.getOutputStream().write(Frames.frame(payload));
              in.read();
            }
          });
      Outcome client = run("echo-client", "--port", Integer.toString(liar.getLocalPort()));
      assertOneSentence(client, 1, "byte 17");
      crew.join();
    }
  }
}
