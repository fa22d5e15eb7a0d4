package io.netpoll.core;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketOption;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Accepts the connections of one listening socket, which an {@link Entrance} spreads over the loops
 * of the group or keeps on its own loop. One that is to keep them gives them to the others once its
 * loop is retired: it goes on until it is closed, since its socket gets its share of the
 * connections.
 *
 * <p>When accepting fails, for want of descriptors for example, it pauses for a tenth of a second;
 * established connections go on meanwhile, and those that wait in the backlog are accepted later.
 */
public final class Acceptance implements Acceptor, AutoCloseable {
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(100);

  private final PollLoop loop;
  private final ListenSocket socket;
  private final Entrance entrance;
  private final CompletableFuture<Void> end = new CompletableFuture<>();

  /** Ends a pause, unless there is another reason for it. */
  private final Runnable resume = this::resume;

  // Leader only.
  private @Nullable Handle handle;
  private final LogLimit failures = new LogLimit();
  private boolean closing;

  /**
   * @param loop that watches the socket
   * @param keeping whether connections stay on that loop
   */
  Acceptance(
      EngineGroup group,
      PollLoop loop,
      boolean keeping,
      ConnectionSettings settings,
      ListenSocket socket) {
    this.loop = loop;
    this.socket = socket;
    this.entrance = new Entrance(group, loop, keeping, settings, resume);
  }

  void start(Map<SocketOption<?>, Object> options) throws IOException {
    CompletableFuture<Void> started = new CompletableFuture<>();
    boolean accepted =
        onLoop(
            () -> {
              try {
                handle = loop.poller().accept(socket, options, this);
                loop.acceptanceStarted();
                // As after a pause, now that there are descriptors: a class that is needed for the
                // first time when there are none cannot be loaded.
                loop.timers().schedule(0, resume);
                Objects.requireNonNull(Log.class); // loads it, and makes no logger yet
                started.complete(null);
              } catch (IOException | RuntimeException e) {
                started.completeExceptionally(e);
              }
            });
    if (!accepted) {
      throw new IOException("The poller group is closed.");
    }
    await(started, "Starting to accept");
    result(started);
  }

  /**
   * Runs an action on the loop's thread: at once if this is it, since it must not wait for itself.
   */
  private boolean onLoop(Runnable action) {
    if (loop.isLedByCaller()) {
      action.run();
      return true;
    }
    return loop.execute(action);
  }

  private static void await(CompletableFuture<?> future, String what)
      throws InterruptedIOException {
    if (future.isDone()) {
      return;
    }
    Await.permit(() -> what);
    Thread caller = Thread.currentThread();
    future.whenComplete((value, failure) -> Await.wake(caller));
    Await.until(future::isDone, Await.Limit.NONE, () -> what);
  }

  @Override
  public void accepted(StreamSocket accepted) {
    if (!entrance.take(accepted) && handle != null) {
      handle.pauseInput();
    }
  }

  @Override
  public void failed(IOException cause) {
    if (handle == null || closing) {
      return;
    }
    handle.pauseInput();
    loop.timers().schedule(PAUSE_NANOS, resume);
    if (failures.permits()) {
      Log.LISTENER.log(
          System.Logger.Level.WARNING,
          "Accepting on "
              + Addresses.text(socket.localAddress())
              + " failed ("
              + cause.getMessage()
              + ") and is tried again every 100 ms; raise the limit on open descriptors if it is"
              + " reached.");
    }
  }

  private void resume() {
    if (handle != null && !closing && entrance.admitWaiting()) {
      handle.resumeInput();
    }
  }

  @Override
  public void closed() {
    loop.acceptanceEnded();
    entrance.close();
    if (closing) {
      end.complete(null);
    } else {
      closing = true;
      end.completeExceptionally(
          new IOException(
              "The poller that accepted on "
                  + Addresses.text(socket.localAddress())
                  + " was closed."));
    }
  }

  /**
   * Waits until accepting has ended at one of the sockets of a listener.
   *
   * @param all the acceptances of its sockets, at least one
   * @throws InterruptedIOException if the thread is interrupted; accepting goes on
   * @throws IOException if it ended without {@link #close()}
   */
  public static void awaitEnd(List<Acceptance> all) throws IOException {
    CompletableFuture<?>[] ends = new CompletableFuture<?>[all.size()];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = all.get(i).end;
    }
    CompletableFuture<Object> one = CompletableFuture.anyOf(ends);
    await(one, "Serving " + Addresses.text(all.get(0).socket.localAddress()));
    result(one);
  }

  private static void result(CompletableFuture<?> done) throws IOException {
    try {
      done.get();
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException runtime) {
        throw runtime;
      }
      throw new IOException(e.getCause().getMessage(), e.getCause());
    } catch (InterruptedException e) {
      throw new AssertionError("a completed future does not wait", e);
    }
  }

  /**
   * Stops accepting and frees the address before it returns. Called on a poll loop's thread other
   * than the listener's, it is freed a little later.
   */
  @Override
  public void close() {
    CompletableFuture<Void> freed = new CompletableFuture<>();
    boolean ordered =
        onLoop(
            () -> {
              if (!closing && handle != null) {
                closing = true;
                entrance.close();
                handle.close();
              }
              freed.complete(null);
            });
    if (ordered) {
      Await.uninterruptibly(freed);
    }
  }
}
