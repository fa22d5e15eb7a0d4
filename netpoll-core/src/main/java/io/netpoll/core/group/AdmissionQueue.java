package io.netpoll.core.group;

import io.netpoll.core.connection.ConnectionLoop;
import io.netpoll.core.connection.ConnectionOwner.Admission;
import io.netpoll.core.connection.ConnectionSettings;
import io.netpoll.core.connection.EngineConnection;
import io.netpoll.core.connection.LoopEndpoint;
import io.netpoll.core.loop.RetryQueue;
import io.netpoll.core.loop.TimerWheel;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.util.LinkedList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * Makes connections of accepted sockets, as far as their owner admits them, and keeps the others
 * waiting, in order. Leader of the accepting loop only.
 *
 * <p>As long as one waits, accepting must pause, so that the others wait in the backlog. What ends
 * the pause takes no memory to be arranged: it is this step of the loop, or the one timer here.
 *
 * <p>At every moment one owner answers for a socket, whatever is thrown:
 *
 * <pre>
 *   accepted           this closes it
 *   admitted           this closes it and gives its place back
 *   a loop is found    and the reservation of the loop, too
 *   handed over        {@link LoopEndpoint#attach} answers for all three
 * </pre>
 */
final class AdmissionQueue extends RetryQueue.Step {
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final EngineGroup group;
  private final ConnectionLoop loop;
  private final boolean keeping;
  private final ConnectionSettings settings;

  /** Run on the loop when those that wait may be admitted. */
  private final Runnable resume;

  private final Runnable retry = this::retry;
  private final Runnable askAgain = this::askAgain;

  private final TimerWheel.Timer timer =
      new TimerWheel.Timer() {
        @Override
        public void run() {
          retry();
        }
      };

  /** A list whose growth fails as a whole or not at all. */
  private final LinkedList<StreamSocket> waiting = new LinkedList<>();

  AdmissionQueue(
      EngineGroup group,
      ConnectionLoop loop,
      boolean keeping,
      ConnectionSettings settings,
      Runnable resume) {
    this.group = group;
    this.loop = loop;
    this.keeping = keeping;
    this.settings = settings;
    this.resume = resume;
  }

  /**
   * Takes an accepted socket. If this throws, the socket is closed, unless a connection has it.
   *
   * @return whether more may be accepted now
   */
  boolean take(StreamSocket socket) {
    try {
      if (waiting.isEmpty() && settle(socket)) {
        return true;
      }
      waiting.add(socket);
      return false;
    } catch (Throwable t) { // there is no memory
      socket.close();
      throw t;
    }
  }

  /**
   * Asks again for those that wait.
   *
   * @return whether more may be accepted now
   */
  boolean admitWaiting() {
    while (!waiting.isEmpty()) {
      StreamSocket first = waiting.element();
      boolean stays = false;
      try {
        stays = !settle(first);
        if (stays) {
          return false;
        }
      } catch (Throwable t) { // there is no memory
        first.close();
        throw t;
      } finally {
        if (!stays) {
          waiting.remove();
        }
      }
    }
    return true;
  }

  /** Resumes after a while, or runs into the same again. Takes no memory. */
  void resumeIn(long nanos) {
    loop.timers().schedule(nanos, timer);
  }

  /** Has the loop resume; any thread. */
  private void askAgain() {
    try {
      loop.execute(retry);
    } catch (Throwable t) { // there is no memory
      loop.postpone(this, t);
    }
  }

  /** Resumes, or does so later. */
  @Override
  public void retry() {
    try {
      resume.run();
    } catch (Throwable t) { // there is no memory
      loop.postpone(this, t);
    }
  }

  @Override
  public void abandon() {
    // The loop has ended, and those that waited were closed with it.
  }

  /** Makes a connection of a socket, or refuses it; returns false if it must wait. */
  private boolean settle(StreamSocket socket) {
    if (settings.owner == null) {
      open(socket, null);
      return true;
    }
    SocketAddress peer = socket.remoteAddress();
    Admission admission = settings.owner.admit(peer, askAgain);
    switch (admission) {
      case GRANTED -> open(socket, peer);
      case REFUSED -> socket.close();
      case AFTER_A_MOMENT -> resumeIn(MOMENT_NANOS);
      case WHEN_OTHERS_CLOSE -> {}
    }
    return admission == Admission.GRANTED || admission == Admission.REFUSED;
  }

  private void open(StreamSocket socket, @Nullable SocketAddress peer) {
    EngineConnection here;
    try {
      here = handOver(socket, peer);
    } catch (IOException closing) { // the group is
      settings.lose(socket, peer);
      return;
    } catch (Throwable t) { // there is no memory
      settings.lose(socket, peer);
      throw t;
    }
    if (here != null) {
      here.endpoint.attach(socket, peer);
    }
  }

  /**
   * Gives a socket to another loop, with a reservation.
   *
   * @return the connection to be attached here, with a reservation, if it stays on this loop; else
   *     null
   */
  private @Nullable EngineConnection handOver(StreamSocket socket, @Nullable SocketAddress peer)
      throws IOException {
    for (; ; ) {
      ConnectionLoop target = keeping && loop.reserve() ? loop : group.pickLike(loop);
      try {
        EngineConnection connection = new EngineConnection(target, settings, null);
        if (target == loop) {
          return connection;
        }
        if (target.execute(() -> connection.endpoint.attach(socket, peer))) {
          return null;
        }
      } catch (Throwable t) { // there is no memory
        target.release();
        throw t;
      }
    }
  }

  /** Resets those that wait. Takes no memory. */
  void close() {
    timer.cancel();
    while (!waiting.isEmpty()) {
      waiting.remove().close();
    }
  }
}
