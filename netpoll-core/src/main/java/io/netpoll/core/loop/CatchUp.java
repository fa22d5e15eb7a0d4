package io.netpoll.core.loop;

import java.util.concurrent.CompletableFuture;

/** A timer that is due at once, and so runs after a poll that begins later, and its events. */
public final class CatchUp extends TimerWheel.Timer {
  private final CompletableFuture<Void> done = new CompletableFuture<>();

  private CatchUp() {}

  /**
   * Has a loop handle all that has arrived by now. Any thread.
   *
   * @return completed when that was done, or the loop has ended
   */
  public static CompletableFuture<Void> of(PollLoop loop) {
    CatchUp catchUp = new CatchUp();
    if (!loop.tasks.execute(() -> loop.timers().schedule(0, catchUp))) {
      catchUp.run();
    }
    return catchUp.done;
  }

  @Override
  public void run() {
    done.complete(null);
  }

  @Override
  public void ended() {
    run();
  }
}
