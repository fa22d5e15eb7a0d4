package io.netpoll.examples.http;

/**
 * A request is refused: the client gets the status and the message, and the connection closes,
 * since what follows could be understood in two ways.
 */
final class HttpException extends Exception {
  private static final long serialVersionUID = 1L;

  private final Status status;

  /** Makes one without a stack trace, since peers can cause as many as they like. */
  HttpException(Status status, String message) {
    super(message, null, false, false);
    this.status = status;
  }

  static HttpException bad(String message) {
    return new HttpException(Status.BAD_REQUEST, message);
  }

  Status status() {
    return status;
  }
}
