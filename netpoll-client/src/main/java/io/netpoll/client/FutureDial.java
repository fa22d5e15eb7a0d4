package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.core.Await;
import io.netpoll.core.EngineConnection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A dial as its user sees it: completes where handlers run, a moment after the dial itself. Whoever
 * completes it first, its owner by cancelling it for example, ends the dial.
 */
final class FutureDial extends CompletableFuture<Connection> implements Await.Arrivals {
  private final Dial dial;

  /** Completed when those that depend on this future know the outcome of the dial. */
  private final CompletableFuture<Void> shown = new CompletableFuture<>();

  FutureDial(Dial dial) {
    this.dial = dial;
    whenComplete((connection, failure) -> dial.abandon());
  }

  /** Shows the outcome of the dial. Where handlers run. */
  void show(@Nullable EngineConnection connection, @Nullable Throwable failure) {
    try {
      if (failure != null) {
        completeExceptionally(failure);
      } else if (!complete(connection) && connection != null) {
        connection.abort();
      }
    } finally {
      shown.complete(null); // this thread has called those that depend on it
    }
  }

  /** A dial that has its outcome by then is shown, too. */
  @Override
  public CompletableFuture<?> caughtUp() {
    return dial.caughtUp()
        .thenCompose(
            nothing ->
                dial.result().isDone() ? shown : CompletableFuture.<Void>completedFuture(null));
  }
}
