package io.netpoll.core.loop;

import java.util.concurrent.CompletableFuture;

/** A timer that is due at once, and so runs after a poll that begins later, and its events. */
final class CatchUp extends TimerWheel.Timer {
  final CompletableFuture<Void> done = new CompletableFuture<>();

  @Override
  public void run() {
    done.complete(null);
  }

  @Override
  public void ended() {
    run();
  }
}
