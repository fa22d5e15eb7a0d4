package io.netpoll.client;

/** The client's logger, made when it is needed: to find a logging system takes long. */
final class Log {
  static final System.Logger CLIENT = System.getLogger("io.netpoll.client");

  private Log() {}
}
