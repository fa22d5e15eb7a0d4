package io.netpoll.examples.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.netpoll.LinkBuffer;
import io.netpoll.Writer;
import java.io.IOException;

/**
 * One request and its answer. A route looks at the head, reads the body or leaves it, and answers
 * once; all of it waits where it must. Used by one thread at a time.
 */
final class Exchange {
  private static final String CONTINUE = "HTTP/1.1 100 Continue\r\n\r\n";
  private static final int LARGEST_IGNORED_BODY = 64 * 1024;

  private final RequestHead head;
  private final Body body;
  private final Writer out;
  private final String date;
  private boolean bodyTaken;
  private boolean begun;
  private boolean last;

  /**
   * Makes one.
   *
   * @param date the Date field
   */
  Exchange(RequestHead head, Body body, Writer out, String date) {
    this.head = head;
    this.body = body;
    this.out = out;
    this.date = date;
    this.last = !head.keepsAlive();
  }

  RequestHead head() {
    return head;
  }

  /**
   * The request's body. Tells a client that waits for it to send it.
   *
   * @throws IOException if sending failed
   */
  Body body() throws IOException {
    if (!bodyTaken && head.expectsContinue() && body.length() != 0) {
      out.writeString(CONTINUE, ISO_8859_1);
      out.flush();
    }
    bodyTaken = true;
    return body;
  }

  /** Whether the answer has begun, so that it can be no other. */
  boolean begun() {
    return begun;
  }

  /** Whether the connection closes after this answer. */
  boolean last() {
    return last;
  }

  /** Answers with a whole body. */
  void answer(Status status, String type, byte[] content) {
    begin(status, "Content-Type: " + type + "\r\n", content.length);
    if (hasContent(status)) {
      out.writeBinary(content);
    }
  }

  /** Answers with a sentence. */
  void answer(Status status, String sentence) {
    answer(status, "text/plain", (sentence + "\n").getBytes(ISO_8859_1));
  }

  /**
   * Begins an answer, whose body follows.
   *
   * @param fields further header fields, each with its end
   * @param length the body's number of bytes, or {@link Body#UNKNOWN} for chunks
   */
  void begin(Status status, String fields, long length) {
    begun = true;
    last |= leavesTooMuch();
    StringBuilder text = new StringBuilder(256);
    text.append(status.line()).append(date).append(fields);
    if (length == Body.UNKNOWN) {
      text.append("Transfer-Encoding: chunked\r\n");
    } else if (status.hasBody()) {
      text.append("Content-Length: ").append(length).append("\r\n");
    }
    if (last) {
      text.append("Connection: close\r\n");
    } else if (head.minor() == 0) {
      text.append("Connection: keep-alive\r\n");
    }
    out.writeString(text.append("\r\n").toString(), ISO_8859_1);
  }

  /** Whether an answer of this status has a body. */
  boolean hasContent(Status status) {
    return status.hasBody() && !head.isHead();
  }

  /** Whether more of the request may follow than is worth reading for the next one. */
  private boolean leavesTooMuch() {
    return !bodyTaken
        && body.length() != 0
        && (head.expectsContinue()
            || body.length() == Body.UNKNOWN
            || body.length() > LARGEST_IGNORED_BODY);
  }

  /** Sends a piece of the body as a chunk. */
  void chunk(LinkBuffer piece) throws IOException {
    out.writeString(Integer.toHexString(piece.length()) + "\r\n", ISO_8859_1);
    out.append(piece);
    out.writeString("\r\n", ISO_8859_1);
    out.flush();
  }

  /** Ends a body in chunks. */
  void lastChunk() {
    out.writeString("0\r\n\r\n", ISO_8859_1);
  }

  Writer out() {
    return out;
  }

  /** Passes over what is left of the request, if another one shall follow. */
  void end() throws IOException, HttpException {
    while (!last) {
      LinkBuffer piece = body.next(LARGEST_IGNORED_BODY);
      if (piece == null) {
        return;
      }
      piece.close();
    }
  }
}
