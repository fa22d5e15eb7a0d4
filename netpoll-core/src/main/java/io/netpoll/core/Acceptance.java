package io.netpoll.core;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
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
  private boolean paused;
  private boolean closing;
  private long accepted;

  /** Completed when the socket's queue has been emptied. */
  private final CompletableFuture<Void> drained = new CompletableFuture<>();

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

  void start(ConnectionSettings settings) throws IOException {
    boolean unix = socket.localAddress() instanceof UnixDomainSocketAddress;
    Map<SocketOption<?>, Object> options =
        settings.socketOptions(loop.provider().supportedOptions(unix));
    CompletableFuture<Void> started = new CompletableFuture<>();
    boolean accepted =
        onLoop(
            () -> {
              try {
                handle = loop.poller().accept(socket, options, this);
                loop.ending.acceptanceStarted();
                // As after a pause, now that there are descriptors: a class that is needed for the
                // first time when there are none cannot be loaded.
                loop.timers().schedule(0, resume);
                Objects.requireNonNull(Log.class); // loads it, and makes no logger yet
                started.complete(null);
              } catch (Throwable t) { // whatever it is, somebody waits
                started.completeExceptionally(t);
              }
            });
    if (!accepted) {
      throw new IOException("The poller group is closed.");
    }
    Await.result(started, "Starting to accept");
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

  @Override
  public void accepted(StreamSocket accepted) {
    this.accepted++;
    if (!entrance.take(accepted)) {
      pause();
    }
  }

  private void pause() {
    if (handle != null) {
      paused = true;
      handle.pauseInput();
    }
  }

  @Override
  public void failed(IOException cause) {
    if (handle == null || closing) {
      return;
    }
    pause();
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
      paused = false;
      handle.resumeInput();
    }
  }

  @Override
  public void closed() {
    loop.ending.acceptanceEnded();
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
    Await.result(one, "Serving " + Addresses.text(all.get(0).socket.localAddress()));
  }

  /** How many sockets were accepted. Leader only. */
  long accepted() {
    return accepted;
  }

  /** Whether sockets may wait that are not being accepted now. Leader only. */
  boolean isPaused() {
    return paused;
  }

  /** Whether it is closed, or about to be. Leader only. */
  boolean isClosing() {
    return closing;
  }

  /** Nothing waits any more. Leader only. */
  void drained() {
    drained.complete(null);
  }

  private void startDraining() {
    boolean ordered = onLoop(() -> new Draining(this, loop.timers(), socket).begin());
    if (!ordered) {
      drained();
    }
    end.whenComplete((value, failure) -> drained());
  }

  /**
   * Waits until the connections have been accepted that wait at some sockets; closes none.
   *
   * @param all the acceptances of a listener
   * @param limit how long to wait
   * @return whether nothing waits any more; false if the time was over
   * @throws InterruptedIOException if the thread is interrupted
   */
  public static boolean drain(List<Acceptance> all, Await.Limit limit)
      throws InterruptedIOException {
    Await.permit(() -> "Draining a listener");
    all.forEach(Acceptance::startDraining);
    Thread caller = Thread.currentThread();
    all.forEach(each -> each.drained.whenComplete((value, failure) -> Await.wake(caller)));
    return Await.until(
        () -> all.stream().allMatch(each -> each.drained.isDone()),
        limit,
        () -> "Draining a listener");
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
              try {
                closeHandle();
              } finally {
                freed.complete(null);
              }
            });
    if (ordered) {
      Await.uninterruptibly(freed);
    }
  }

  private void closeHandle() {
    if (!closing && handle != null) {
      closing = true;
      entrance.close();
      handle.close();
    }
  }
}
