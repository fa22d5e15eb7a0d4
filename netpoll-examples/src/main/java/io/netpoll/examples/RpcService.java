package io.netpoll.examples;

import io.netpoll.Connection;
import io.netpoll.ShardQueue;
import java.io.IOException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Answers every request with its own payload; some of them late, so that answers overtake each
 * other. One instance serves all connections.
 *
 * <p>A connection's handler reads its requests one by one. It answers most itself, and leaves the
 * slow ones to the executor's threads; all put their answers into the connection's queue.
 */
final class RpcService {
  private final Executor executor;
  private final long slowEvery;
  private final long slowMillis;
  private final AtomicLong count = new AtomicLong();

  /**
   * Describes the service.
   *
   * @param executor runs slow requests
   * @param slowEvery how many requests there are to a slow one; 0 for no slow ones
   * @param slowMillis how long a slow one sleeps
   */
  RpcService(Executor executor, long slowEvery, long slowMillis) {
    this.executor = executor;
    this.slowEvery = slowEvery;
    this.slowMillis = slowMillis;
  }

  /** Reads a request, waiting for the rest of it, and answers it or has it answered. */
  void serve(Connection connection, ShardQueue answers) throws IOException {
    RpcFrame request = RpcFrame.read(connection.reader());
    if (slowEvery > 0 && count.incrementAndGet() % slowEvery == 0) {
      executor.execute(() -> answerLate(request, connection, answers));
    } else {
      answers.put(request.toMessage());
    }
  }

  private void answerLate(RpcFrame request, Connection connection, ShardQueue answers) {
    try {
      Thread.sleep(slowMillis);
      answers.put(request.toMessage());
    } catch (InterruptedException e) {
      connection.abort(); // the server ends
    } catch (IOException e) {
      connection.close(); // the client has gone, or takes no answers
    }
  }
}
