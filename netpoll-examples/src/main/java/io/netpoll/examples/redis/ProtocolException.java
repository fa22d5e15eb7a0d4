package io.netpoll.examples.redis;

/** What a peer sent is not RESP2; nothing after it can be understood. */
final class ProtocolException extends Exception {
  private static final long serialVersionUID = 1L;

  /** Makes one without a stack trace, since peers can cause as many as they like. */
  ProtocolException(String message) {
    super("Protocol error: " + message, null, false, false);
  }
}
