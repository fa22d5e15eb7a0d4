package io.netpoll.core;

/**
 * The engine's loggers, made when the first of them is needed: to find a logging system takes as
 * long as to start a server.
 */
final class Log {
  static final System.Logger BACKEND = System.getLogger("io.netpoll.backend");
  static final System.Logger CONNECTION = System.getLogger("io.netpoll.connection");
  static final System.Logger EXECUTION = System.getLogger("io.netpoll.execution");
  static final System.Logger GROUP = System.getLogger("io.netpoll.group");
  static final System.Logger LISTENER = System.getLogger("io.netpoll.listener");
  static final System.Logger LOOP = System.getLogger("io.netpoll.loop");

  private Log() {}
}
