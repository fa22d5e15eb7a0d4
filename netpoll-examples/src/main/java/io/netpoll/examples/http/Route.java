package io.netpoll.examples.http;

import java.io.IOException;

/** Answers requests. Called for all connections, at the same time by any number of threads. */
@FunctionalInterface
interface Route {

  /**
   * Answers one request, once. What it did not flush is sent after it returned.
   *
   * @throws HttpException if it is refused
   * @throws IOException if reading or sending failed; the connection is closed then
   */
  void answer(Exchange exchange) throws IOException, HttpException;
}
