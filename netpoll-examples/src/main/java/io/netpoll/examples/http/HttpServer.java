package io.netpoll.examples.http;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Speaks HTTP/1.1, and 1.0: persistent connections, pipelining, bodies of a told length and in
 * chunks, {@code Expect: 100-continue}. It answers {@code /plaintext} with a greeting, {@code
 * /echo} with the request's body, and all else with files of a folder. Thread-safe.
 */
public final class HttpServer {
  private static final Duration HEAD_PATIENCE = Duration.ofSeconds(20);
  private static final Duration READ_TIMEOUT = Duration.ofSeconds(30);
  private static final Duration INACTIVITY_TIMEOUT = Duration.ofSeconds(75);

  private final HttpDate date = new HttpDate();
  private final Route route;
  private final Duration headPatience;

  /**
   * Makes a server.
   *
   * @param root the folder of files, or null for none
   * @throws IOException if there is no such folder
   */
  public HttpServer(@Nullable Path root) throws IOException {
    this(root, HEAD_PATIENCE);
  }

  /** Makes a server that waits for so long from the first byte of a request's head to its last. */
  HttpServer(@Nullable Path root, Duration headPatience) throws IOException {
    this.headPatience = headPatience;
    route =
        new Routes(
            root == null
                ? exchange -> exchange.answer(Status.NOT_FOUND, "There is nothing here.")
                : new StaticFiles(root));
  }

  /**
   * Describes a server. Answers to requests that came together leave together.
   *
   * @return a builder, to which limits may be added
   */
  public EventLoop.Builder server() {
    return EventLoop.withContext(this::open)
        .onRequest((connection, session) -> session.serve())
        .readTimeout(READ_TIMEOUT)
        .inactivityTimeout(INACTIVITY_TIMEOUT)
        .coalesceFlushes(true);
  }

  private HttpSession open(Connection connection) {
    return new HttpSession(connection, route, date, headPatience);
  }
}
