package io.netpoll.core.connection;

import io.netpoll.core.execution.ContextLoader;
import io.netpoll.core.loop.RetryQueue;
import java.lang.invoke.VarHandle;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * Those that wait for a connection's output to leave without a thread: the callback for room, and
 * the stages of flushes. Made when there is the first.
 *
 * <p>Who waits notes that, puts a full fence, and looks; a sender acknowledges bytes, puts a full
 * fence, and looks, and so does whoever ends the connection. One of the two sees the other. The
 * callback is the run's; stages are told by a step that starts where the user may be called, and
 * beside the run, so that a handler may wait for one.
 */
final class OutputWatch extends RetryQueue.Step implements Runnable {
  /** A flush of all up to a count of bytes that were ever written. */
  private static final class Stage extends CompletableFuture<Void> {
    private final long target;

    Stage(long target) {
      this.target = target;
    }
  }

  private final EngineConnection connection;

  /** In the order of their targets. Added to by the writing thread, taken from by {@link #run}. */
  private final Queue<Stage> stages = new ConcurrentLinkedQueue<>();

  private volatile boolean awaitsRoom;

  OutputWatch(EngineConnection connection) {
    this.connection = connection;
  }

  // ---- Who waits -----------------------------------------------------------------------------

  /** Has the callback called once there is room. */
  void awaitRoom() {
    awaitsRoom = true;
    VarHandle.fullFence(); // pairs with that of OutputSender.sent
    look();
  }

  /** Makes a stage that is told when all up to a count of bytes has left. The writing thread. */
  CompletionStage<Void> stageOf(long target) {
    Stage stage = new Stage(target);
    stages.add(stage);
    VarHandle.fullFence(); // pairs with that of OutputSender.sent, and with the step to CLOSED
    look();
    return stage;
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** Looks who is to be told. After a full fence. */
  void look() {
    if (awaitsRoom && connection.out.isLow()) {
      awaitsRoom = false;
      connection.callbacks.hasRoom();
    }
    if (nextDue() != null) {
      retry();
    }
  }

  private @Nullable Stage nextDue() {
    Stage first = stages.peek();
    return first != null && (isSent(first) || isOver()) ? first : null;
  }

  private boolean isSent(Stage stage) {
    return connection.out.hasSent(stage.target);
  }

  private boolean isOver() {
    return connection.out.dropped || connection.state.has(ConnectionState.CLOSED);
  }

  // ---- Telling stages ------------------------------------------------------------------------

  @Override
  public void retry() {
    connection.loop().start(this);
  }

  @Override
  public void abandon() {
    run();
  }

  /** Tells those that are due; may run on several threads at once. */
  @Override
  public void run() {
    ClassLoader before = connection.settings.context.enter();
    try {
      for (Stage due = nextDue(); due != null; due = nextDue()) {
        if (isSent(due)) {
          due.complete(null);
        } else {
          due.completeExceptionally(
              connection.closedException(
                  () -> "A flush to " + connection.peer() + " was not sent to its end"));
        }
        stages.remove(due);
      }
    } catch (Throwable t) { // there is no memory
      connection.loop().postpone(this, t);
    } finally {
      ContextLoader.leave(before);
    }
  }
}
