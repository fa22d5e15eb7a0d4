package io.netpoll.client;

import io.netpoll.Connection;
import io.netpoll.core.connection.EngineConnection;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A dial as its user sees it: completes where handlers run, a moment after the dial itself. Whoever
 * completes it first, its owner by cancelling it for example, ends the dial.
 */
final class FutureDial extends CompletableFuture<Connection> {
  private final Dial dial;

  FutureDial(Dial dial) {
    this.dial = dial;
    whenComplete((connection, failure) -> dial.abandon());
  }

  /** Shows the outcome of the dial. Where handlers run. */
  void show(@Nullable EngineConnection connection, @Nullable Throwable failure) {
    if (failure != null) {
      completeExceptionally(failure);
    } else if (!complete(connection) && connection != null) {
      connection.abort();
    }
  }

  /**
   * Has what has arrived handled.
   *
   * @param told completes when whoever asks knows the outcome of this future
   * @return completed when the dial goes on still, or {@code told} is complete
   */
  CompletableFuture<?> caughtUp(CompletableFuture<Void> told) {
    return dial.caughtUp()
        .thenCompose(
            nothing -> dial.isOver() ? told : CompletableFuture.<Void>completedFuture(null));
  }
}
