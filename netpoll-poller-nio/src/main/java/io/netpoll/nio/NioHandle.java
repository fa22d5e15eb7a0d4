package io.netpoll.nio;

import io.netpoll.internal.DeferredEvents;
import io.netpoll.spi.Handle;
import java.nio.channels.CancelledKeyException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectableChannel;
import java.nio.channels.SelectionKey;
import org.jspecify.annotations.Nullable;

/**
 * One channel as its selector watches it. Leader only, unless a method says otherwise.
 *
 * <p>A handle gets its events in two ways. {@link #ready} brings what a select found; what was
 * found before the handle's interest changed is dropped, since level-triggered readiness comes
 * again. {@link #due} brings what the handle itself {@linkplain NioPoller#due asked for}, after one
 * more select. That select is what makes the last event true: it forgets the cancelled key, so that
 * the channel is no longer registered, and only then does closing it free the descriptor, or may
 * another selector watch it.
 *
 * <p>What is told once, and cannot be told for want of memory, is not lost: the handle ends then,
 * and that is told.
 *
 * <p>A channel that was adopted may be closed by whoever has made it, at any moment: its key is
 * cancelled then. Whatever finds that out {@linkplain #lose() ends} this handle, and no other.
 */
abstract class NioHandle extends DeferredEvents.Member<NioHandle> implements Handle {
  final NioPoller poller;

  /** Neighbours in the poller's list of all handles; the poller's own. */
  @Nullable NioHandle previous;

  @Nullable NioHandle next;

  private final SelectionKey key;
  private int interest;
  private boolean watched;

  /** How many selects there had been when the key was cancelled. */
  private long unwatchedAt = -1;

  /**
   * Registers a channel.
   *
   * @param interest what to watch for at first; 0 costs no system call
   */
  NioHandle(NioPoller poller, SelectableChannel channel, int interest)
      throws ClosedChannelException {
    this.poller = poller;
    this.interest = interest;
    // The poller knows the handle before it selects again, on this thread or one ordered after it.
    this.key = channel.register(poller.selector(), interest, null);
  }

  /** Lets the selector find this handle. Once, when it is complete. Throws nothing. */
  final void enter() {
    key.attach(this);
    watched = true;
    poller.add(this);
  }

  /** The channel is ready for some operations. */
  abstract void ready(int ops);

  /** What the handle asked for by {@link NioPoller#due}, a select ago, may be done now. */
  abstract void due();

  /** Somebody else has closed the channel. Takes no memory. */
  abstract void lost();

  /** Starts the end that comes with the poller's own: no select follows. */
  abstract void pollerCloses();

  /** Gives the last event, after the selector was closed. */
  abstract void pollerClosed();

  final int interest() {
    return interest;
  }

  /** Sets what is watched, from the next select on. The system is told only of a difference. */
  final void interest(int ops) {
    if (ops != interest) {
      try {
        key.interestOps(ops);
        interest = ops;
      } catch (CancelledKeyException closedElsewhere) {
        lose();
      }
    }
  }

  /** What the channel is ready for; 0 if somebody else has closed it. */
  final int readyOps() {
    try {
      return key.readyOps();
    } catch (CancelledKeyException closedElsewhere) {
      lose();
      return 0;
    }
  }

  /** Ends the handle if somebody else has closed the channel. */
  final void loseIfClosed() {
    if (watched && !key.isValid()) {
      lose();
    }
  }

  /** Ends the handle since somebody else has closed the channel. */
  final void lose() {
    unwatch();
    lost();
  }

  /** Ends the watch; the selector lets go of the channel at its next select. */
  final void unwatch() {
    interest = 0;
    if (watched) {
      watched = false;
      unwatchedAt = poller.selects();
      poller.unwatched();
      key.cancel();
    }
  }

  /** Whether the selector may still have the channel, though its key was cancelled. */
  final boolean awaitsSelect() {
    return unwatchedAt == poller.selects();
  }
}
