package io.netpoll.core;

import java.util.concurrent.CompletableFuture;

/**
 * A connection being established: completed by the loop's leader, awaited by the dialling thread.
 */
final class PendingDial {
  final CompletableFuture<EngineConnection> result = new CompletableFuture<>();

  void succeed(EngineConnection connection) {
    if (!result.complete(connection)) {
      connection.abort(); // the caller has given up
    }
  }

  void fail(Exception cause) {
    result.completeExceptionally(cause);
  }
}
