package io.netpoll.server;

/** The server's logger, made when it is needed: to find a logging system takes long. */
final class Log {
  static final System.Logger SERVER = System.getLogger("io.netpoll.server");

  private Log() {}
}
