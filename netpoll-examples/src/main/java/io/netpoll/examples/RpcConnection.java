package io.netpoll.examples;

import io.netpoll.Connection;
import io.netpoll.ConnectionClosedException;
import io.netpoll.ConnectionClosedException.Side;
import io.netpoll.ReadTimeoutException;
import io.netpoll.Reader;
import io.netpoll.ShardQueue;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicLong;

/**
 * One connection of an {@link RpcClient}: callers put their requests into its queue and wait, its
 * handler reads the answers and completes the calls.
 *
 * <p>A call is in {@code calls} before its request is sent, so its answer always finds it, and
 * before its caller looks at {@code lost}; the close callback sets {@code lost} and then fails all
 * calls there are. So no caller is left waiting.
 */
final class RpcConnection {
  private final Connection connection;
  private final ShardQueue requests;
  private final Map<Long, CompletableFuture<byte[]>> calls = new ConcurrentHashMap<>();
  private final AtomicLong ids = new AtomicLong();
  private volatile boolean closed;
  private volatile boolean lost;

  RpcConnection(Connection connection) {
    this.connection = connection;
    requests = ShardQueue.of(connection);
    connection.addCloseCallback(ended -> failAll());
    connection.setOnRequest(this::readAnswers);
  }

  // ---- Callers -------------------------------------------------------------------------------

  /** Does what {@link RpcClient#call} says. */
  byte[] call(byte[] request, Duration timeout) throws IOException {
    long id = ids.incrementAndGet();
    CompletableFuture<byte[]> answer = new CompletableFuture<>();
    calls.put(id, answer);
    try {
      if (lost) {
        throw lost(id);
      }
      requests.put(new RpcFrame(id, request).toMessage());
      return await(id, answer, timeout);
    } finally {
      calls.remove(id);
    }
  }

  private byte[] await(long id, CompletableFuture<byte[]> answer, Duration timeout)
      throws IOException {
    try {
      return answer.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
    } catch (TimeoutException e) {
      throw new ReadTimeoutException(
          "Call " + id + " to " + peer() + " got no answer within " + timeout.toMillis() + " ms.");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("Call " + id + " to " + peer() + " was interrupted.");
    } catch (ExecutionException e) {
      throw lost(id);
    }
  }

  /** Whether it takes calls. */
  boolean isUsable() {
    return !lost && connection.isActive();
  }

  /** Closes the connection; calls that wait fail. */
  void close() {
    closed = true;
    connection.close();
  }

  private String peer() {
    return AddressOptions.describe(connection.remoteAddress());
  }

  private ConnectionClosedException lost(long id) {
    return new ConnectionClosedException(
        closed ? Side.LOCAL : Side.PEER,
        "Call "
            + id
            + " got no answer: "
            + (closed ? "this client was closed." : "the connection to " + peer() + " was lost."),
        null);
  }

  // ---- The connection's callbacks ------------------------------------------------------------

  private void readAnswers(Connection from) throws IOException {
    Reader in = from.reader();
    RpcFrame answer = RpcFrame.read(in);
    CompletableFuture<byte[]> call = calls.remove(answer.id());
    if (call != null) { // else its caller has given up
      call.complete(answer.payload());
    }
  }

  private void failAll() {
    lost = true;
    calls.forEach((id, call) -> call.completeExceptionally(lost(id)));
  }
}
