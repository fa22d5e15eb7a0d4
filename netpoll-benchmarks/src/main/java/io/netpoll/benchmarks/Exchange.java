package io.netpoll.benchmarks;

import io.netpoll.benchmarks.EchoClient.Line;
import io.netpoll.benchmarks.MessageClient.MessageLine;
import io.netpoll.benchmarks.rpc.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.SplittableRandom;

/**
 * Requests and their answers, one after the other, no two payloads alike. One thread uses it.
 *
 * @param <L> the lines that it needs
 */
interface Exchange<L extends Line> {

  /**
   * Sends the next request on a line, and waits for its answer.
   *
   * @throws IOException if the line fails, or the answer is not that of the request
   */
  void on(L line) throws IOException, InterruptedException;

  /** Payloads of so many bytes, at least 8, that come back unchanged. */
  static Exchange<Line> echo(int size) {
    byte[] payload = random(size);
    ByteBuffer numbers = ByteBuffer.wrap(payload);
    return line -> {
      numbers.putLong(0, numbers.getLong(0) + 1);
      line.echo(payload);
    };
  }

  /** Messages of so many bytes with their headers, and their answers. */
  static Exchange<MessageLine> call(int size) {
    byte[] body = random(size - Message.HEADER);
    SplittableRandom ids = new SplittableRandom();
    return line -> {
      long id = ids.nextLong();
      Message request = new Message(id, (int) id & ~Message.LIGHT, body);
      Message answer = line.call(request);
      if (answer.id() != id || answer.method() != ~request.method()) {
        throw new IOException("The answer to another request came back.");
      }
      if (!Arrays.equals(answer.body(), body)) {
        throw EchoClient.wrong(request.length(), answer.length());
      }
    };
  }

  private static byte[] random(int size) {
    byte[] bytes = new byte[size];
    new SplittableRandom().nextBytes(bytes);
    return bytes;
  }
}
