package io.netpoll.core.group;

import io.netpoll.core.loop.TimerWheel;
import io.netpoll.spi.ListenSocket;
import java.util.concurrent.TimeUnit;

/**
 * Empties the queue of a listening socket before it is closed, since closing resets what waits
 * there. Leader of the accepting loop only.
 *
 * <p>Where the socket can {@linkplain ListenSocket#dropNew() drop} requests for new connections, it
 * does so first; handshakes that are under way then have a quarter of a second to end. The queue is
 * known to be empty when nothing was accepted between three looks: what waits is found by any poll,
 * and between two looks there was one whose events have been handled. Elsewhere new connections may
 * keep coming, so after {@value #MOST_LOOKS} looks it is left as it is. Looks while accepting is
 * paused do not count.
 */
final class Draining {
  private static final long HANDSHAKES_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
  private static final long PAUSE_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
  private static final int LOOKS = 3;
  private static final int MOST_LOOKS = 50;

  private final AcceptLoop acceptLoop;
  private final TimerWheel timers;
  private final boolean droppingNew;
  private long accepted = -1;
  private int looks;
  private int allLooks;

  Draining(AcceptLoop acceptLoop, TimerWheel timers, ListenSocket socket) {
    this.acceptLoop = acceptLoop;
    this.timers = timers;
    this.droppingNew = socket.dropNew();
  }

  void begin() {
    timers.schedule(droppingNew ? HANDSHAKES_NANOS : 0, this::look);
  }

  private void look() {
    if (acceptLoop.isClosing()) {
      return; // its listener was closed meanwhile: nothing is left to look at
    }
    long now = acceptLoop.accepted();
    boolean moving = now != accepted;
    accepted = now;
    boolean paused = acceptLoop.isPaused();
    looks = moving || paused ? 0 : looks + 1;
    allLooks += paused ? 0 : 1;
    if (looks == LOOKS || !droppingNew && allLooks == MOST_LOOKS) {
      acceptLoop.drained();
    } else {
      timers.schedule(PAUSE_NANOS, this::look);
    }
  }
}
