package io.netpoll.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.Dialer;
import io.netpoll.PollerGroup;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The client, and servers that answer with bytes, whatever they mean. */
@Timeout(60)
class HttpClientTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private static HttpClient.Response fetch(String answer, int max) throws Exception {
    try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        PollerGroup group = PollerGroup.builder().name("http-client").loops(1).build()) {
      Thread server = new Thread(() -> answer(listener, answer));
      server.start();
      Dialer dialer = Dialer.builder().group(group).readTimeout(PATIENCE).build();
      try {
        return new HttpClient(dialer, PATIENCE)
            .get(URI.create("http://127.0.0.1:" + listener.getLocalPort() + "/path?query"), max);
      } finally {
        server.join();
      }
    }
  }

  private static void answer(ServerSocket listener, String answer) {
    try (Socket socket = listener.accept()) {
      String request = "";
      while (!request.endsWith("\r\n\r\n")) {
        request += (char) socket.getInputStream().read();
      }
      assertThat(request).startsWith("GET /path?query HTTP/1.1\r\nHost: 127.0.0.1:");
      socket.getOutputStream().write(answer.getBytes(ISO_8859_1));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String unescaped(String text) {
    return text.replace("\\r", "\r").replace("\\n", "\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhello and more | 200 | hello",
        "HTTP/1.1 200\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nhello\\r\\n0\\r\\n\\r\\n"
            + " | 200 | hello",
        "HTTP/1.0 404 No\\r\\n\\r\\nhello | 404 | hello",
        "HTTP/1.1 100 Continue\\r\\n\\r\\nHTTP/1.1 200 OK\\r\\nContent-Length: 1\\r\\n\\r\\nx"
            + " | 200 | x",
        "HTTP/1.1 204 No Content\\r\\n\\r\\n | 204 | ''",
        "HTTP/1.1 304 Not Modified\\r\\nContent-Length: 5\\r\\n\\r\\n | 304 | ''",
      })
  void everyKindOfBody_isFetched(String answer, int status, String body) throws Exception {
    HttpClient.Response response = fetch(unescaped(answer), 100);
    assertThat(response.status()).isEqualTo(status);
    assertThat(response.body()).asString().isEqualTo(body);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "HTTP/1.1 200 OK\\r\\nContent-Length: 101\\r\\n\\r\\nBODY | longer than 100 bytes",
        "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\n\\r\\nhell | ",
        "HTTP/1.1 200 OK\\r\\nTransfer-Encoding: chunked\\r\\n\\r\\n5\\r\\nhello\\r\\n | ",
        "HTTP/1.1 200 OK\\r\\nContent-Length: 5\\r\\nContent-Length: 6\\r\\n\\r\\nhello!"
            + " | More than one field",
        "SSH-2.0\\r\\n | does not begin with a version",
        "HTTP/1.1 200 OK\\r\\n | ",
      })
  void anAnswerThatIsNoGood_isAnException(String answer, String part) {
    String bytes = unescaped(answer).replace("BODY", "x".repeat(101));
    assertThatThrownBy(() -> fetch(bytes, 100))
        .isInstanceOf(IOException.class)
        .hasMessageContaining(part == null ? "" : part);
  }

  @Test
  void anotherScheme_isRefused() {
    HttpClient client = new HttpClient(Dialer.create(), PATIENCE);
    assertThatThrownBy(() -> client.get(URI.create("https://h/"), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("https://h/");
  }
}
