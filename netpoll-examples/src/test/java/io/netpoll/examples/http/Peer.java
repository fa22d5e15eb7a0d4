package io.netpoll.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;

/** A client that sends and expects bytes, whatever they mean. */
final class Peer implements AutoCloseable {
  private static final String DATE = "\r\nDate: ";

  private final Socket socket;

  Peer(OurServer server) throws IOException {
    socket = server.socket();
  }

  Peer send(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(ISO_8859_1));
    return this;
  }

  /** Expects the server to send this, and no less; Date fields are left out. */
  Peer expect(String bytes) throws IOException {
    StringBuilder seen = new StringBuilder();
    int missing = bytes.length();
    while (missing > 0 || endsInDate(seen)) {
      byte[] next = socket.getInputStream().readNBytes(Math.max(1, missing));
      if (next.length == 0) {
        break;
      }
      seen.append(new String(next, ISO_8859_1));
      missing = bytes.length() - withoutDates(seen).length();
    }
    assertThat(withoutDates(seen)).isEqualTo(bytes);
    return this;
  }

  /** All that the server sends until it closes, without Date fields. */
  String rest() throws IOException {
    return withoutDates(new String(socket.getInputStream().readAllBytes(), ISO_8859_1));
  }

  private static String withoutDates(CharSequence text) {
    return text.toString().replaceAll("\r\nDate: [^\r]*(?=\r\n)", "");
  }

  /** Whether a Date field is not complete, so that it is not left out yet. */
  private static boolean endsInDate(CharSequence text) {
    String all = text.toString();
    int date = all.lastIndexOf(DATE);
    return date >= 0 && all.indexOf("\r\n", date + DATE.length()) < 0;
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
