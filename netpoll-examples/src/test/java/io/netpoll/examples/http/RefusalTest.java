package io.netpoll.examples.http;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.testkit.LeakCheck;
import java.io.IOException;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Requests that two readers could understand in two ways, or that never end, are refused: with a
 * status, and a connection that closes before what follows is taken for another request.
 */
@Timeout(60)
class RefusalTest {
  @RegisterExtension
  static final LeakCheck LEAKS = LeakCheck.ignoringThreads("netpoll-spare", "netpoll-watch");

  private static final String NEXT = "GET /plaintext HTTP/1.1\r\nHost: smuggled\r\n\r\n";
  private static final String POST = "POST /echo HTTP/1.1\r\nHost: h\r\n";
  private static final String CHUNKED = POST + "Transfer-Encoding: chunked\r\n\r\n";

  private static OurServer server;

  @BeforeAll
  static void open() throws IOException {
    server = new OurServer(null);
  }

  @AfterAll
  static void close() {
    server.close();
  }

  private static Arguments refused(String what, int status, String request) {
    return Arguments.of(what, status, request);
  }

  static Stream<Arguments> ambiguous() {
    return Stream.of(
        refused(
            "both lengths",
            400,
            POST + "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        refused(
            "both lengths, the other way round",
            400,
            POST + "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n"),
        refused(
            "two lengths that differ",
            400,
            POST + "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!"),
        refused("a list of lengths", 400, POST + "Content-Length: 5, 5\r\n\r\nhello"),
        refused("a signed length", 400, POST + "Content-Length: +5\r\n\r\nhello"),
        refused("a negative length", 400, POST + "Content-Length: -5\r\n\r\nhello"),
        refused("a hexadecimal length", 400, POST + "Content-Length: 0x5\r\n\r\nhello"),
        refused("an empty length", 400, POST + "Content-Length:\r\n\r\nhello"),
        refused(
            "a length beyond counting",
            400,
            POST + "Content-Length: 99999999999999999999\r\n\r\nhello"),
        refused("a length in other digits", 400, POST + "Content-Length: \u00b2\r\n\r\nhello"),
        refused("an unknown encoding", 501, POST + "Transfer-Encoding: gzip\r\n\r\n0\r\n\r\n"),
        refused(
            "an encoding before chunked",
            501,
            POST + "Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n"),
        refused(
            "an encoding behind chunked",
            501,
            POST + "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        refused("a hidden encoding", 501, POST + "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        refused(
            "two encodings",
            400,
            POST + "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        refused(
            "chunks in HTTP/1.0",
            400,
            "POST /echo HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        refused("a blank before the colon", 400, POST + "Content-Length : 5\r\n\r\nhello"),
        refused("a folded line", 400, POST + "X: a\r\n b\r\n\r\n"),
        refused("a first header line that is folded", 400, "GET / HTTP/1.1\r\n Host: h\r\n\r\n"),
        refused("a line end of LF alone", 400, "GET / HTTP/1.1\nHost: h\n\n"),
        refused("a header end of LF alone", 400, "GET / HTTP/1.1\r\nHost: h\nX: y\r\n\r\n"),
        refused("an empty line of LF alone", 400, "GET / HTTP/1.1\r\nHost: h\r\n\n"),
        refused("a CR alone", 400, POST + "X: a\rContent-Length: 5\r\n\r\nhello"),
        refused("a zero byte", 400, POST + "X: a\0b\r\n\r\n"),
        refused("a header without a colon", 400, POST + "Content-Length 5\r\n\r\nhello"),
        refused("a header without a name", 400, POST + ": 5\r\n\r\n"),
        refused("a header name of other bytes", 400, POST + "Content\u00a0Length: 5\r\n\r\nhello"),
        refused("no host", 400, "GET / HTTP/1.1\r\n\r\n"),
        refused("two hosts", 400, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n"));
  }

  static Stream<Arguments> badChunks() {
    return Stream.of(
        refused("no size", 400, CHUNKED + "\r\nhello\r\n0\r\n\r\n"),
        refused("a size in other letters", 400, CHUNKED + "5g\r\nhello\r\n0\r\n\r\n"),
        refused("a prefixed size", 400, CHUNKED + "0x5\r\nhello\r\n0\r\n\r\n"),
        refused("a signed size", 400, CHUNKED + "+5\r\nhello\r\n0\r\n\r\n"),
        refused("a negative size", 400, CHUNKED + "-5\r\nhello\r\n0\r\n\r\n"),
        refused("a blank before the size", 400, CHUNKED + " 5\r\nhello\r\n0\r\n\r\n"),
        refused("a blank behind the size", 400, CHUNKED + "5 \r\nhello\r\n0\r\n\r\n"),
        refused("a size beyond counting", 400, CHUNKED + "10000000000000005\r\nhello\r\n"),
        refused("a size that ends with LF", 400, CHUNKED + "5\nhello\r\n0\r\n\r\n"),
        refused("an endless extension", 400, CHUNKED + "5;" + "x".repeat(300)),
        refused("a CR in an extension", 400, CHUNKED + "5;a\rb\r\nhello\r\n0\r\n\r\n"));
  }

  static Stream<Arguments> tooLarge() {
    return Stream.of(
        refused("a long header", 431, POST + "X: " + "x".repeat(17_000) + "\r\n\r\n"),
        refused("a header line without end", 431, POST + "x".repeat(17_000)),
        refused("many large headers", 431, POST + ("X: " + "x".repeat(1000) + "\r\n").repeat(17)),
        refused("many small headers", 431, POST + "X: y\r\n".repeat(101)),
        refused("a long target", 414, "GET /" + "x".repeat(9000) + " HTTP/1.1\r\n"),
        refused("a first line without end", 414, "x".repeat(9000)));
  }

  static Stream<Arguments> unknown() {
    return Stream.of(
        refused("an unknown method", 501, "BREW / HTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("a method in small letters", 501, "get / HTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("a newer version", 505, "GET / HTTP/2.0\r\nHost: h\r\n\r\n"),
        refused("no version", 400, "GET /\r\n\r\n"),
        refused("a version in small letters", 400, "GET / http/1.1\r\nHost: h\r\n\r\n"),
        refused("a tab between the words", 400, "GET\t/\tHTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("a blank in the target", 400, "GET /a b HTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("a target that is no path", 400, "GET a HTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("two empty lines before", 400, "\r\n\r\nGET / HTTP/1.1\r\nHost: h\r\n\r\n"),
        refused("another expectation", 417, POST + "Expect: 200-ok\r\n\r\n"),
        refused("TLS", 400, "\u0016\u0003\u0001\u0002\0\u0001\0\u0001\u00fc\u0003\u0003\r\n"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"ambiguous", "badChunks", "tooLarge", "unknown"})
  void aRequestThatIsNoGood_isRefusedAndTheConnectionCloses(String what, int status, String request)
      throws Exception {
    try (Peer peer = new Peer(server)) {
      String answer = peer.send(request + NEXT).rest();
      assertThat(answer).startsWith("HTTP/1.1 " + status + " ").contains("Connection: close\r\n");
      assertThat(answer).doesNotContain("Hello", "200 OK");
    }
  }

  @Test
  void aChunkLongerThanItsSize_leavesTheAnswerWithoutItsEnd() throws Exception {
    try (Peer peer = new Peer(server)) {
      String answer = peer.send(CHUNKED + "5\r\nhelloo\r\n0\r\n\r\n" + NEXT).rest();
      assertThat(answer).startsWith("HTTP/1.1 200 OK\r\n").endsWith("\r\n\r\n5\r\nhello\r\n");
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"ambiguous", "badChunks", "tooLarge", "unknown"})
  void aRefusalBehindAGoodRequest_leavesThatOnesAnswerWhole(String what, int status, String request)
      throws Exception {
    try (Peer peer = new Peer(server)) {
      assertThat(peer.send(NEXT + request + NEXT).rest())
          .startsWith(
              "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 13\r\n\r\nHello, World!"
                  + "HTTP/1.1 "
                  + status
                  + " ");
    }
  }
}
