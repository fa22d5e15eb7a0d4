package io.netpoll.benchmarks;

import java.util.List;
import org.jspecify.annotations.Nullable;

/** The minimal mains whose start is compared. */
public enum StartUpServer {
  NETPOLL_EPOLL("netpoll-epoll", StartUpNetpoll.class, "epoll"),
  NETTY_EPOLL("netty-epoll", StartUpNetty.class, "epoll"),
  NETPOLL_NIO("netpoll-nio", StartUpNetpoll.class, "nio"),
  NETTY_NIO("netty-nio", StartUpNetty.class, "nio"),
  JDK_BLOCKING("jdk-blocking", StartUpJdk.class, "blocking");

  private final String word;
  private final Class<?> main;
  private final String argument;

  StartUpServer(String word, Class<?> main, String argument) {
    this.word = word;
    this.main = main;
    this.argument = argument;
  }

  /** The words that follow a java command, so that it serves on {@code port}. */
  List<String> arguments(int port) {
    return List.of(main.getName(), argument, Integer.toString(port));
  }

  /** The server that this one is to be compared with. */
  @Nullable StartUpServer rival() {
    return switch (this) {
      case NETPOLL_EPOLL -> NETTY_EPOLL;
      case NETPOLL_NIO -> NETTY_NIO;
      default -> null;
    };
  }

  @Override
  public String toString() {
    return word;
  }
}
