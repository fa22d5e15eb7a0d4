package io.netpoll.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netpoll.Connection;
import io.netpoll.Dialer;
import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Fetches by HTTP/1.1, each time over a connection of its own. Its methods wait for the server, at
 * most for the dialer's read timeout each time. Thread-safe.
 */
public final class HttpClient {
  private static final int DEFAULT_PORT = 80;
  private static final int LONGEST_STATUS_LINE = 8 * 1024;
  private static final int LARGEST_HEADERS = 64 * 1024;
  private static final int PIECE = 64 * 1024;

  private final Dialer dialer;
  private final Duration timeout;

  /**
   * Makes a client.
   *
   * @param dialer how it connects
   * @param timeout the longest wait for a connection
   */
  public HttpClient(Dialer dialer, Duration timeout) {
    this.dialer = dialer;
    this.timeout = timeout;
  }

  /**
   * What a server answered.
   *
   * @param status the number, such as 200
   * @param headers the header fields
   * @param body the body
   */
  public record Response(int status, Headers headers, byte[] body) {}

  /**
   * Fetches what is at an address.
   *
   * @param uri an {@code http} address
   * @param max the most bytes of the body
   * @return the answer, whatever its status
   * @throws IOException if there is no answer in time, it is longer than that, or not HTTP/1
   * @throws IllegalArgumentException if it is another kind of address
   */
  public Response get(URI uri, int max) throws IOException {
    if (!"http".equals(uri.getScheme()) || uri.getHost() == null) {
      throw new IllegalArgumentException(
          "An address to fetch begins with http:// and a host, unlike " + uri + ".");
    }
    int port = uri.getPort() < 0 ? DEFAULT_PORT : uri.getPort();
    try (Connection connection = dialer.connect("tcp", uri.getHost() + ":" + port, timeout)) {
      connection.writer().writeString(request(uri), ISO_8859_1);
      connection.writer().flush();
      return response(connection.reader(), max);
    } catch (HttpException e) {
      throw new IOException("The answer of " + uri + " is not HTTP/1.1: " + e.getMessage(), e);
    }
  }

  private static String request(URI uri) {
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    String query = uri.getRawQuery() == null ? "" : "?" + uri.getRawQuery();
    return "GET "
        + path
        + query
        + " HTTP/1.1\r\nHost: "
        + uri.getRawAuthority()
        + "\r\nConnection: close\r\n\r\n";
  }

  private static Response response(Reader in, int max) throws IOException, HttpException {
    LineReader lines = new LineReader(in);
    int status;
    Headers headers;
    do {
      status = status(lines.next(LONGEST_STATUS_LINE, Status.BAD_REQUEST));
      headers = Headers.read(lines, LARGEST_HEADERS);
    } while (status < 200);
    boolean hasBody = status != 204 && status != 304;
    return new Response(status, headers, hasBody ? bytes(in, lines, headers, max) : new byte[0]);
  }

  private static int status(String line) throws HttpException {
    if (!line.matches("HTTP/1\\.[01] [1-9]\\d\\d( .*)?")) {
      throw HttpException.bad("It does not begin with a version and a status.");
    }
    return Integer.parseInt(line.substring(9, 12));
  }

  private static byte[] bytes(Reader in, LineReader lines, Headers headers, int max)
      throws IOException, HttpException {
    Body announced = Framing.announced(headers, 1, in, lines);
    Body body = announced == null ? new EndlessBody(in) : announced;
    try (LinkBuffer all = LinkBuffer.create()) {
      for (LinkBuffer piece = next(body); piece != null; piece = next(body)) {
        if (piece.length() > max - all.length()) {
          throw new IOException("The body is longer than " + max + " bytes.");
        }
        all.append(piece);
        all.flush();
      }
      return all.readBinary(all.length());
    }
  }

  private static @Nullable LinkBuffer next(Body body) throws IOException, HttpException {
    return body.next(PIECE);
  }
}
