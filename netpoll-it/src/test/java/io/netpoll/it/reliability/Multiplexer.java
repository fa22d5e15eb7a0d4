package io.netpoll.it.reliability;

import io.netpoll.Connection;
import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import io.netpoll.ShardQueue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets many threads call over one connection, each waiting for its own answer. A frame is a length
 * of what follows, an id, and a payload; an answer has the id of its request. Handlers never wait,
 * so they do for every execution mode.
 *
 * <p>A call is in {@code calls} before its caller looks at {@code lost}; the close callback sets
 * {@code lost} and then fails all calls there are.
 */
final class Multiplexer {
  private final Connection connection;
  private final ShardQueue requests;
  private final Map<Integer, CompletableFuture<byte[]>> calls = new ConcurrentHashMap<>();
  private final AtomicInteger ids = new AtomicInteger();
  private volatile boolean lost;

  Multiplexer(Connection connection) {
    this.connection = connection;
    requests = ShardQueue.of(connection);
    connection.addCloseCallback(ended -> failAll());
    connection.setOnRequest(this::readAnswers);
  }

  /** Answers what came together from the last to the first, so that answers overtake each other. */
  static void serve(Connection connection, ShardQueue answers) throws IOException {
    Deque<byte[]> last = new ArrayDeque<>();
    Reader in = connection.reader();
    while (hasFrame(in)) {
      last.push(in.readBinary(in.readInt()));
    }
    for (byte[] request : last) {
      answers.put(message(request));
    }
  }

  /**
   * Sends a request and waits for its answer. Any thread.
   *
   * @throws IOException if there is none in time, or the connection has ended
   */
  byte[] call(byte[] payload, Duration timeout) throws IOException {
    int id = ids.incrementAndGet();
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    calls.put(id, answer);
    try {
      if (lost) {
        throw ended(id);
      }
      requests.put(message(withId(id, payload)));
      return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new IOException("Call " + id + " got no answer within " + timeout + ".", e);
    } catch (ExecutionException e) {
      throw ended(id);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("Call " + id + " was interrupted.", e);
    } finally {
      calls.remove(id);
    }
  }

  void close() {
    connection.close();
  }

  private static IOException ended(int id) {
    return new IOException("Call " + id + " got no answer: the connection has ended.");
  }

  private void readAnswers(Connection from) throws IOException {
    Reader in = from.reader();
    while (hasFrame(in)) {
      int length = in.readInt() - Integer.BYTES;
      CompletableFuture<byte[]> call = calls.remove(in.readInt());
      byte[] payload = in.readBinary(length);
      if (call != null) { // else its caller has given up
        call.complete(payload);
      }
    }
  }

  private void failAll() {
    lost = true;
    calls.forEach((id, call) -> call.completeExceptionally(ended(id)));
  }

  private static boolean hasFrame(Reader in) throws IOException {
    return in.request(Integer.BYTES) && in.request(Integer.BYTES + in.peek(Integer.BYTES).getInt());
  }

  private static byte[] withId(int id, byte[] payload) {
    return ByteBuffer.allocate(Integer.BYTES + payload.length).putInt(id).put(payload).array();
  }

  private static LinkBuffer message(byte[] content) {
    LinkBuffer message = LinkBuffer.create();
    message.writeInt(content.length);
    message.writeBinary(content);
    message.flush();
    return message;
  }
}
