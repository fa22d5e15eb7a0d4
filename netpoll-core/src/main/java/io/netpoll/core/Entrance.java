package io.netpoll.core;

import io.netpoll.core.ConnectionOwner.Admission;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Makes connections of accepted sockets, as far as their owner admits them, and keeps the others
 * waiting, in order. Leader of the accepting loop only.
 *
 * <p>As long as one waits, accepting is to pause, so that the others wait in the backlog.
 */
final class Entrance {
  private static final long MOMENT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

  private final EngineGroup group;
  private final PollLoop loop;
  private final boolean keeping;
  private final ConnectionSettings settings;

  /** Run on the loop when those that wait may be admitted. */
  private final Runnable resume;

  private final Runnable askAgain;
  private final ArrayDeque<StreamSocket> waiting = new ArrayDeque<>();

  Entrance(
      EngineGroup group,
      PollLoop loop,
      boolean keeping,
      ConnectionSettings settings,
      Runnable resume) {
    this.group = group;
    this.loop = loop;
    this.keeping = keeping;
    this.settings = settings;
    this.resume = resume;
    this.askAgain = () -> loop.execute(resume);
  }

  /**
   * Takes an accepted socket.
   *
   * @return whether more may be accepted now
   */
  boolean take(StreamSocket socket) {
    waiting.add(socket);
    return waiting.size() == 1 && admitWaiting();
  }

  /**
   * Asks again for those that wait.
   *
   * @return whether more may be accepted now
   */
  boolean admitWaiting() {
    while (!waiting.isEmpty()) {
      switch (admission(waiting.element())) {
        case GRANTED -> open(waiting.remove());
        case REFUSED -> waiting.remove().close();
        case AFTER_A_MOMENT -> {
          loop.timers().schedule(MOMENT_NANOS, resume);
          return false;
        }
        case WHEN_OTHERS_CLOSE -> {
          return false;
        }
      }
    }
    return true;
  }

  private Admission admission(StreamSocket socket) {
    return settings.owner == null
        ? Admission.GRANTED
        : settings.owner.admit(socket.remoteAddress(), askAgain);
  }

  private void open(StreamSocket socket) {
    try {
      boolean taken;
      do {
        taken = handOver(socket, keeping && loop.reserve() ? loop : group.pickLike(loop));
      } while (!taken);
    } catch (IOException closing) { // the group is
      settings.lose(socket);
    }
  }

  /** Gives a socket to a loop with a reservation; returns false if that has ended meanwhile. */
  private boolean handOver(StreamSocket socket, PollLoop target) {
    EngineConnection connection = new EngineConnection(target, settings, null);
    if (target != loop) {
      return target.execute(() -> connection.leader.attach(socket));
    }
    connection.leader.attach(socket);
    return true;
  }

  /** Resets those that wait. */
  void close() {
    waiting.forEach(StreamSocket::close);
    waiting.clear();
  }
}
