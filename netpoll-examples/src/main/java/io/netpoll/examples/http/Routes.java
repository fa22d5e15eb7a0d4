package io.netpoll.examples.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netpoll.LinkBuffer;
import java.io.IOException;
import java.util.List;

/** What the example serves: a greeting, an echo of request bodies, and all else from a route. */
final class Routes implements Route {
  private static final byte[] GREETING = "Hello, World!".getBytes(US_ASCII);
  private static final int PIECE = 64 * 1024;

  private final Route others;

  Routes(Route others) {
    this.others = others;
  }

  @Override
  public void answer(Exchange exchange) throws IOException, HttpException {
    switch (exchange.head().path()) {
      case "/plaintext" -> {
        if (allows(exchange, List.of("GET", "HEAD"))) {
          exchange.answer(Status.OK, "text/plain", GREETING);
        }
      }
      case "/echo" -> {
        if (allows(exchange, List.of("POST", "PUT"))) {
          echo(exchange);
        }
      }
      default -> others.answer(exchange);
    }
  }

  /** Refuses other methods than these, and says which there are. */
  static boolean allows(Exchange exchange, List<String> methods) {
    if (methods.contains(exchange.head().method())) {
      return true;
    }
    String fields = "Allow: " + String.join(", ", methods) + "\r\n";
    exchange.begin(Status.METHOD_NOT_ALLOWED, fields, 0);
    return false;
  }

  /** Sends the body back while it comes, with the same framing, by reference. */
  private static void echo(Exchange exchange) throws IOException, HttpException {
    Body body = exchange.body();
    LinkBuffer piece = body.next(PIECE); // before the answer begins, so that it may be a refusal
    exchange.begin(Status.OK, "Content-Type: application/octet-stream\r\n", body.length());
    for (; piece != null; piece = body.next(PIECE)) {
      if (body.length() == Body.UNKNOWN) {
        exchange.chunk(piece);
      } else {
        exchange.out().append(piece);
        exchange.out().flush();
      }
    }
    if (body.length() == Body.UNKNOWN) {
      exchange.lastChunk();
    }
  }
}
