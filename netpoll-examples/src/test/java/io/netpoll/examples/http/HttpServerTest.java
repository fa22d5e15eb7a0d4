package io.netpoll.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What the server answers, byte by byte. */
@Timeout(60)
class HttpServerTest {
  @RegisterExtension
  static final LeakCheck LEAKS = LeakCheck.ignoringThreads("netpoll-spare", "netpoll-watch");

  private static final String GET = "GET /plaintext HTTP/1.1\r\nHost: h\r\n\r\n";
  private static final String HEAD_OF_GREETING =
      "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\n";
  private static final String GREETING = HEAD_OF_GREETING + "Hello, World!";
  private static final String ECHO =
      "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream\r\n";

  @TempDir private Path root;
  private OurServer server;

  @BeforeEach
  void open() throws IOException {
    server = new OurServer(root);
  }

  @AfterEach
  void close() {
    server.close();
  }

  private Peer peer() throws IOException {
    return new Peer(server);
  }

  private static String post(String fields, String body) {
    return "POST /echo HTTP/1.1\r\nHost: h\r\n" + fields + "\r\n" + body;
  }

  @Test
  void requestsOnOneConnection_areAnsweredOneAfterTheOther() throws Exception {
    try (Peer peer = peer()) {
      peer.send(GET).expect(GREETING).send(GET).expect(GREETING);
    }
  }

  @Test
  void pipelinedRequests_areAnsweredInOrder() throws Exception {
    try (Peer peer = peer()) {
      String echo = post("Content-Length: 2\r\n", "hi");
      String echoed = ECHO + "Content-Length: 2\r\n\r\nhi";
      peer.send((GET + echo).repeat(300)).expect((GREETING + echoed).repeat(300));
    }
  }

  @Test
  void aRequestThatComesByteByByte_isAnswered() throws Exception {
    try (Peer peer = peer()) {
      String chunks = "1\r\nh\r\n1\r\ni\r\n0\r\n\r\n";
      for (char c : post("Transfer-Encoding: chunked\r\n", chunks).toCharArray()) {
        peer.send(Character.toString(c));
      }
      peer.expect(ECHO + "Transfer-Encoding: chunked\r\n\r\n" + chunks);
    }
  }

  @Test
  void anEmptyLineBeforeARequest_isPassedOver() throws Exception {
    try (Peer peer = peer()) {
      peer.send("\r\n" + GET).expect(GREETING);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"close", "CLOSE", "x, close"})
  void aClientThatWantsNoMore_isToldSoAndTheConnectionCloses(String option) throws Exception {
    try (Peer peer = peer()) {
      peer.send("GET /plaintext HTTP/1.1\r\nHost: h\r\nConnection: " + option + "\r\n\r\n" + GET);
      assertThat(peer.rest()).isEqualTo(GREETING.replace("13\r\n", "13\r\nConnection: close\r\n"));
    }
  }

  @Test
  void http10_closesAfterTheAnswerUnlessAskedNotTo() throws Exception {
    try (Peer peer = peer()) {
      peer.send("GET /plaintext HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")
          .expect(GREETING.replace("13\r\n", "13\r\nConnection: keep-alive\r\n"))
          .send("GET /plaintext HTTP/1.0\r\n\r\n");
      assertThat(peer.rest()).isEqualTo(GREETING.replace("13\r\n", "13\r\nConnection: close\r\n"));
    }
  }

  @Test
  void head_isAnsweredWithoutTheBody() throws Exception {
    try (Peer peer = peer()) {
      peer.send(GET.replace("GET", "HEAD") + GET).expect(HEAD_OF_GREETING + GREETING);
    }
  }

  @Test
  void everyAnswer_hasADate() throws Exception {
    try (Socket socket = server.socket()) {
      socket.getOutputStream().write(GET.getBytes());
      String start = new String(socket.getInputStream().readNBytes(60));
      assertThat(start)
          .matches("(?s)HTTP/1.1 200 OK\r\nDate: \\w{3}, \\d\\d \\w{3} \\d{4} \\d\\d:.*");
    }
  }

  @Test
  void aBodyInChunks_isSentBackWhateverItsExtensionsAndTrailers() throws Exception {
    String chunks = "5;a=\"b\"\r\nhello\r\n00006\r\n world\r\n0;x\r\nTrailer: t\r\n\r\n";
    try (Peer peer = peer()) {
      String request = "Transfer-Encoding: Chunked\r\nConnection: close\r\n";
      String answer = peer.send(post(request, chunks)).rest();
      assertThat(answer)
          .startsWith(ECHO + "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n");
      assertThat(answer).endsWith("\r\n0\r\n\r\n");
      assertThat(answer.replaceAll("(?s).*?\r\n\r\n[0-9a-f]+\r\n|\r\n[0-9a-f]+\r\n(\r\n)?", ""))
          .isEqualTo("hello world");
    }
  }

  @Test
  void aBodyOfMegabytes_isSentBackUnchanged() throws Exception {
    byte[] body = new byte[3_000_000];
    new Random(1).nextBytes(body);
    try (Socket socket = server.socket()) {
      Thread sender =
          new Thread(
              () -> {
                try {
                  socket
                      .getOutputStream()
                      .write(post("Content-Length: 3000000\r\n", "").getBytes());
                  socket.getOutputStream().write(body);
                } catch (IOException e) {
                  throw new UncheckedIOException(e);
                }
              });
      sender.start();
      String head = "";
      while (!head.endsWith("\r\n\r\n")) {
        head += (char) socket.getInputStream().read();
      }
      assertThat(socket.getInputStream().readNBytes(body.length)).isEqualTo(body);
      sender.join();
    }
  }

  @Test
  void aClientThatExpectsContinue_isToldToGoOnWhereTheBodyIsWanted() throws Exception {
    try (Peer peer = peer()) {
      peer.send(post("Expect: 100-continue\r\nContent-Length: 2\r\n", ""))
          .expect("HTTP/1.1 100 Continue\r\n\r\n")
          .send("hi" + GET)
          .expect(ECHO + "Content-Length: 2\r\n\r\nhi" + GREETING);
    }
  }

  @Test
  void aClientThatExpectsContinueWhereNoBodyIsWanted_isAnsweredAndTheConnectionCloses()
      throws Exception {
    try (Peer peer = peer()) {
      peer.send("GET /plaintext HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\n")
          .send("Content-Length: 2\r\n\r\n");
      assertThat(peer.rest()).isEqualTo(GREETING.replace("13\r\n", "13\r\nConnection: close\r\n"));
    }
  }

  @Test
  void aSmallBodyThatNobodyReads_isPassedOver() throws Exception {
    try (Peer peer = peer()) {
      peer.send("GET /plaintext HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\n")
          .expect(GREETING)
          .send("x".repeat(100) + GET)
          .expect(GREETING);
    }
  }

  @Test
  void aLargeBodyThatNobodyReads_closesTheConnection() throws Exception {
    try (Peer peer = peer()) {
      peer.send("GET /plaintext HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
      assertThat(peer.rest()).isEqualTo(GREETING.replace("13\r\n", "13\r\nConnection: close\r\n"));
    }
  }

  @ParameterizedTest
  @CsvSource({"POST,/plaintext,'GET, HEAD'", "GET,/echo,'POST, PUT'", "DELETE,/file,'GET, HEAD'"})
  void anotherMethod_isRefusedAndTheConnectionStays(String method, String path, String allowed)
      throws Exception {
    try (Peer peer = peer()) {
      peer.send(method + " " + path + " HTTP/1.1\r\nHost: h\r\n\r\n" + GET)
          .expect(
              "HTTP/1.1 405 Method Not Allowed\r\nAllow: "
                  + allowed
                  + "\r\nContent-Length: 0\r\n\r\n"
                  + GREETING);
    }
  }

  @Test
  void aTargetWithHostOrQuery_isServedByItsPath() throws Exception {
    try (Peer peer = peer()) {
      peer.send(GET.replace("/plaintext", "http://h/plaintext?a=b")).expect(GREETING);
    }
  }

  @Test
  void aHeadThatDoesNotComeWhole_isATimeoutAndTheConnectionCloses() throws Exception {
    try (OurServer impatient = new OurServer(null, Duration.ofMillis(50));
        Peer peer = new Peer(impatient)) {
      peer.send(GET).send("GET /plaintext HTTP/1.1\r\nHost: h\r\n");
      assertThat(peer.rest())
          .startsWith(GREETING + "HTTP/1.1 408 Request Timeout\r\n")
          .contains("Connection: close\r\n");
    }
  }

  @Test
  void files_areServedWhole() throws Exception {
    byte[] content = new byte[1_000_001];
    new Random(2).nextBytes(content);
    Files.write(root.resolve("a file.bin"), content);
    Files.createFile(root.resolve("empty"));
    HttpClient client = server.client();
    assertThat(client.get(server.uri("/a%20file.bin"), 2_000_000).body()).isEqualTo(content);
    assertThat(client.get(server.uri("/empty"), 0).body()).isEmpty();
  }

  @Test
  void aFolder_isServedByItsIndex() throws Exception {
    Files.createDirectory(root.resolve("folder"));
    assertThat(server.client().get(server.uri("/folder"), 100).status()).isEqualTo(404);
    Files.writeString(root.resolve("folder/index.html"), "<p>");
    HttpClient.Response response = server.client().get(server.uri("/folder/"), 100);
    assertThat(response.body()).asString().isEqualTo("<p>");
    assertThat(response.headers().first("content-type")).isEqualTo("text/html");
  }

  @Test
  void aFileThatDidNotChange_isNotSentAgain() throws Exception {
    Files.writeString(root.resolve("f"), "content");
    String modified = server.client().get(server.uri("/f"), 100).headers().first("Last-Modified");
    try (Peer peer = peer()) {
      peer.send("GET /f HTTP/1.1\r\nHost: h\r\nIf-Modified-Since: " + modified + "\r\n\r\n" + GET)
          .expect(
              "HTTP/1.1 304 Not Modified\r\nLast-Modified: " + modified + "\r\n\r\n" + GREETING);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "/../secret", "/folder/../../secret", "/%2e%2e/secret", "/..%2fsecret", "//../secret",
        "/link", "/linked/secret", "/missing", "/folder/../secret%20", "/x/../../secret"
      })
  void whatIsOutsideTheFolder_isNotFound(String path, @TempDir Path outside) throws Exception {
    Files.writeString(root.getParent().resolve("secret"), "secret");
    Files.writeString(outside.resolve("secret"), "secret");
    Files.createDirectory(root.resolve("folder"));
    Files.createSymbolicLink(root.resolve("link"), outside.resolve("secret"));
    Files.createSymbolicLink(root.resolve("linked"), outside);
    try (Peer peer = peer()) {
      peer.send("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
      assertThat(peer.rest()).startsWith("HTTP/1.1 404 Not Found\r\n").doesNotContain("secret");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/%", "/%4", "/%4g", "/%00", "/a%"})
  void aPathThatIsBadlyEncoded_isRefused(String path) throws Exception {
    try (Peer peer = peer()) {
      peer.send("GET " + path + " HTTP/1.1\r\nHost: h\r\n\r\n");
      assertThat(peer.rest()).startsWith("HTTP/1.1 400 Bad Request\r\n");
    }
  }
}
