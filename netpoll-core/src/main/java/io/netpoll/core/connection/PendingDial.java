package io.netpoll.core.connection;

import io.netpoll.core.execution.Await;
import java.io.IOException;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A connection being established: its result is completed by the loop's leader, once. Any thread
 * gives it up.
 */
public final class PendingDial implements Await.Arrivals {
  final CompletableFuture<EngineConnection> result = new CompletableFuture<>();

  /** Set before the leader knows of the dial. */
  private @Nullable EngineConnection connection;

  public PendingDial() {}

  /**
   * What becomes of it.
   *
   * @return completed with the connection, which reads nothing before {@link
   *     EngineConnection#begin}, or with the reason why there is none: an IOException, an
   *     UnsupportedOperationException for what the backend lacks, or an Error such as that of a
   *     full heap. Dependents may run on the leader's own stack, and must neither wait nor call
   *     user code
   */
  public CompletableFuture<EngineConnection> result() {
    return result;
  }

  /**
   * Closes what was half open, or is open by now, with RST. For the caller that the result is for,
   * in place of using it; may be repeated.
   */
  public void giveUp() {
    try {
      fail(new IOException("The caller has given up."));
    } finally {
      Objects.requireNonNull(connection).abort();
    }
  }

  @Override
  public CompletableFuture<?> caughtUp() {
    return Objects.requireNonNull(connection).loop().caughtUp();
  }

  public void belongsTo(EngineConnection connection) {
    this.connection = connection;
  }

  void succeed(EngineConnection connection) {
    if (!result.complete(connection)) {
      connection.abort(); // the caller has given up
    }
  }

  void fail(Throwable cause) {
    result.completeExceptionally(cause);
  }
}
