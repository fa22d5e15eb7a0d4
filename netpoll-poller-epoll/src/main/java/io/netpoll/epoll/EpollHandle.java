package io.netpoll.epoll;

import io.netpoll.internal.DeferredEvents;
import io.netpoll.spi.Handle;
import java.io.IOException;

/**
 * One descriptor as its epoll set watches it. Leader only, unless a method says otherwise.
 *
 * <p>A handle gets its events in two ways. {@link #ready} brings what a wait found; what was found
 * before the handle's interest changed is dropped, since level-triggered readiness comes again.
 * {@link #due} brings what the handle itself {@linkplain EpollPoller#due asked for}, after all that
 * was found.
 *
 * <p>What is told once, and cannot be told for want of memory, is not lost: the handle ends then,
 * and that is told.
 *
 * <p>The descriptor enters the set with its first interest, so that one that is accepted costs one
 * call. Without any interest it stays in the set, which may report errors and hang-ups even then; a
 * handle that gets one it has no use for {@linkplain #unwatch() leaves} the set, and its next
 * interest enters it again, upon which the set reports what is there.
 */
abstract class EpollHandle extends DeferredEvents.Member<EpollHandle> implements Handle {
  final EpollPoller poller;
  final int fd;
  private int slot = HandleTable.NOWHERE;
  private int generation;
  private int interest;
  private boolean watched;

  EpollHandle(EpollPoller poller, int fd) {
    this.poller = poller;
    this.fd = fd;
  }

  /** Something was found: a set of EPOLL bits. */
  abstract void ready(int events);

  /** What the handle asked for by {@link EpollPoller#due} may be done now. */
  abstract void due();

  /** The system refuses to watch the descriptor, by this error number. Takes no memory. */
  abstract void unwatchable(int errno);

  /** Starts the end that comes with the poller's own. Throws nothing. */
  abstract void pollerCloses();

  /** Gives the last event, after the epoll set was closed. */
  abstract void pollerClosed();

  /** Notes its place in the {@link HandleTable}. */
  final void placed(int slot, int generation) {
    this.slot = slot;
    this.generation = generation;
  }

  final int slot() {
    return slot;
  }

  final int generation() {
    return generation;
  }

  final int interest() {
    return interest;
  }

  /** Sets the first interest, where somebody can be told at once that the system refuses it. */
  final void enter(int events) throws IOException {
    int result = change(events);
    if (result < 0) {
      throw Errno.exception("epoll_ctl", -result);
    }
  }

  /** Sets what is watched. The system is told only of a difference. */
  final void interest(int events) {
    if (events != interest) {
      int result = change(events);
      if (result < 0) {
        unwatch();
        unwatchable(-result);
      }
    }
  }

  /** Enters the set that has taken the place of the one before, with the same interest. */
  final void moveToNewSet() {
    if (watched) {
      watched = false;
      int result = change(interest);
      if (result < 0) {
        interest = 0;
        unwatchable(-result);
      }
    }
  }

  private int change(int events) {
    int operation = watched ? Libc.EPOLL_CTL_MOD : Libc.EPOLL_CTL_ADD;
    int result = poller.control(operation, this, events);
    if (result == 0) {
      watched = true;
      interest = events;
    }
    return result;
  }

  /**
   * Takes the descriptor out of the set. To close it does so, too, unless somebody else holds the
   * same open socket: then its events would come for ever, and nobody could take it out any more.
   */
  final void unwatch() {
    interest = 0;
    if (watched) {
      watched = false;
      poller.control(Libc.EPOLL_CTL_DEL, this, 0);
    }
  }
}
