package io.netpoll.examples.http;

/** The statuses that the server answers with. */
enum Status {
  OK(200, "OK"),
  NOT_MODIFIED(304, "Not Modified"),
  BAD_REQUEST(400, "Bad Request"),
  NOT_FOUND(404, "Not Found"),
  METHOD_NOT_ALLOWED(405, "Method Not Allowed"),
  REQUEST_TIMEOUT(408, "Request Timeout"),
  URI_TOO_LONG(414, "URI Too Long"),
  EXPECTATION_FAILED(417, "Expectation Failed"),
  HEADERS_TOO_LARGE(431, "Request Header Fields Too Large"),
  NOT_IMPLEMENTED(501, "Not Implemented"),
  VERSION_NOT_SUPPORTED(505, "HTTP Version Not Supported");

  private final int code;
  private final String line;

  Status(int code, String reason) {
    this.code = code;
    this.line = "HTTP/1.1 " + code + " " + reason + "\r\n";
  }

  /** The status line, with its end. */
  String line() {
    return line;
  }

  /** Whether an answer may have a body. */
  boolean hasBody() {
    return code != 304;
  }
}
