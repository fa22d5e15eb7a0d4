package io.netpoll.examples.http;

import java.io.IOException;
import java.util.Set;

/**
 * A request's first line and its header fields.
 *
 * @param method the method, one of those of RFC 9110
 * @param target the path and query, beginning with a slash
 * @param minor the minor version of HTTP/1
 * @param headers the fields
 */
record RequestHead(String method, String target, int minor, Headers headers) {
  private static final int LONGEST_FIRST_LINE = 8 * 1024;
  private static final int LARGEST_HEADERS = 16 * 1024;
  private static final Set<String> METHODS =
      Set.of("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH");

  /**
   * Reads a head, waiting for it. One empty line before it is passed over.
   *
   * @throws HttpException if it is malformed or too large
   * @throws IOException if waiting failed
   */
  static RequestHead read(LineReader lines) throws IOException, HttpException {
    String line = lines.next(LONGEST_FIRST_LINE, Status.URI_TOO_LONG);
    if (line.isEmpty()) {
      line = lines.next(LONGEST_FIRST_LINE, Status.URI_TOO_LONG);
    }
    int first = line.indexOf(' ');
    int last = line.lastIndexOf(' ');
    if (first < 0 || first == last || !Headers.isToken(line, 0, first)) {
      throw HttpException.bad("The first line is not a method, a target and a version.");
    }
    int minor = minor(line.substring(last + 1));
    String method = method(line.substring(0, first));
    String target = target(line.substring(first + 1, last));
    Headers headers = Headers.read(lines, LARGEST_HEADERS);
    int hosts = headers.count("Host");
    if (hosts > 1 || hosts == 0 && minor > 0) {
      throw HttpException.bad("A request has one Host field, not " + hosts + ".");
    }
    return new RequestHead(method, target, minor, headers);
  }

  private static int minor(String version) throws HttpException {
    return switch (version) {
      case "HTTP/1.1" -> 1;
      case "HTTP/1.0" -> 0;
      default -> throw unknownVersion(version);
    };
  }

  private static HttpException unknownVersion(String version) {
    return version.matches("HTTP/\\d\\.\\d")
        ? new HttpException(Status.VERSION_NOT_SUPPORTED, "HTTP/1.1 is spoken here.")
        : HttpException.bad("The first line does not end with a version of HTTP.");
  }

  private static String method(String method) throws HttpException {
    if (!METHODS.contains(method)) {
      throw new HttpException(Status.NOT_IMPLEMENTED, "The method is not known here.");
    }
    return method;
  }

  private static String target(String target) throws HttpException {
    for (int i = 0; i < target.length(); i++) {
      char c = target.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#') {
        throw HttpException.bad("The target holds a character that has to be encoded.");
      }
    }
    String path = target.startsWith("http://") ? withoutHost(target) : target;
    if (!path.startsWith("/")) {
      throw HttpException.bad("The target is not a path.");
    }
    return path;
  }

  private static String withoutHost(String target) {
    int slash = target.indexOf('/', "http://".length());
    return slash < 0 ? "/" : target.substring(slash);
  }

  /** The target without its query. */
  String path() {
    int query = target.indexOf('?');
    return query < 0 ? target : target.substring(0, query);
  }

  boolean isHead() {
    return method.equals("HEAD");
  }

  /** Whether the client waits for a word before it sends the body. */
  boolean expectsContinue() {
    return minor > 0 && headers.first("Expect") != null;
  }

  /** Whether the client wants to send another request afterwards. */
  boolean keepsAlive() {
    return minor > 0
        ? !headers.contains("Connection", "close")
        : headers.contains("Connection", "keep-alive");
  }
}
