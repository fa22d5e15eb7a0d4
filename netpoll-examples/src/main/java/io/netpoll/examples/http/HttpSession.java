package io.netpoll.examples.http;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netpoll.Connection;
import io.netpoll.ReadTimeoutException;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * One connection of the server, and the requests on it, one after the other. Its calls come one at
 * a time, on whichever thread the library runs them.
 */
final class HttpSession {
  private static final byte[] END_OF_HEAD = "\r\n\r\n".getBytes(US_ASCII);

  private final Connection connection;
  private final LineReader lines;
  private final Route route;
  private final HttpDate date;
  private final Duration headPatience;

  /**
   * Makes one.
   *
   * @param headPatience how long a head may take from its first byte to its last, however it drips
   *     in
   */
  HttpSession(Connection connection, Route route, HttpDate date, Duration headPatience) {
    this.connection = connection;
    this.lines = new LineReader(connection.reader());
    this.route = route;
    this.date = date;
    this.headPatience = headPatience;
  }

  /**
   * Reads one request, waiting for the rest of it, and answers it.
   *
   * @throws IOException if reading or sending failed
   */
  void serve() throws IOException {
    boolean goesOn = false;
    try {
      goesOn = exchange(head());
    } catch (HttpException e) {
      refuse(e.status(), e.getMessage());
    } catch (ReadTimeoutException e) {
      refuse(Status.REQUEST_TIMEOUT, "The request took too long to come.");
    }
    if (!goesOn) {
      connection.close();
    }
  }

  private RequestHead head() throws IOException, HttpException {
    boolean complete = connection.reader().indexOf(END_OF_HEAD) >= 0;
    if (complete) {
      return RequestHead.read(lines);
    }
    connection.setReadDeadline(Instant.now().plus(headPatience));
    RequestHead head = RequestHead.read(lines);
    connection.setReadDeadline(null);
    return head;
  }

  /** Answers a request, and says whether another may follow. */
  private boolean exchange(RequestHead head) throws IOException, HttpException {
    Body announced = Framing.announced(head.headers(), head.minor(), connection.reader(), lines);
    Body body = announced == null ? new FixedBody(connection.reader(), 0) : announced;
    checkExpectation(head);
    Exchange exchange = new Exchange(head, body, connection.writer(), date.line());
    try {
      route.answer(exchange);
      connection.writer().flush();
      exchange.end();
    } catch (HttpException | ReadTimeoutException e) {
      if (!exchange.begun()) {
        throw e;
      }
      connection.writer().flush();
      return false; // the client sees that the answer is not complete
    }
    return !exchange.last();
  }

  private static void checkExpectation(RequestHead head) throws HttpException {
    String expectation = head.headers().first("Expect");
    if (expectation != null && !expectation.equalsIgnoreCase("100-continue")) {
      throw new HttpException(
          Status.EXPECTATION_FAILED, "The only expectation known here is 100-continue.");
    }
  }

  private void refuse(Status status, String sentence) throws IOException {
    byte[] content = (sentence + "\n").getBytes(US_ASCII);
    connection
        .writer()
        .writeString(
            status.line()
                + date.line()
                + "Content-Type: text/plain\r\nContent-Length: "
                + content.length
                + "\r\nConnection: close\r\n\r\n",
            US_ASCII);
    connection.writer().writeBinary(content);
    connection.writer().flush();
  }
}
