package io.netpoll.epoll;

import io.netpoll.internal.Setting;

/**
 * Decides how often a poll looks for events before it waits for them. A wait costs a switch of
 * threads here, and whoever ends it an interrupt of another processor; under load the next event is
 * often less far away than that.
 *
 * <p>Looking pays where about every third time finds something. So each success is worth two
 * failures, of which the last sixteen count; without such credit one wait in 64 is tried, so that a
 * poller that is idle, or whose peers run on its own processor, waits at once. Leader only.
 */
final class BusyPoll {
  /** How often to look unless somebody says otherwise. */
  static final int LOOKS = Setting.EPOLL_LOOKS_BEFORE_WAIT.number(0);

  private static final int MOST_CREDIT = 16;
  private static final int GAIN = 2;
  private static final int TRIED = 64;

  private final int looks;
  private int credit = MOST_CREDIT;
  private int waits;

  /**
   * Makes one with full credit.
   *
   * @param looks how often to look before a wait, where that pays; 0 for never
   */
  BusyPoll(int looks) {
    this.looks = looks;
  }

  /** How often to look before the wait that is due; what came of it must be told. */
  int looks() {
    return looks > 0 && (credit > 0 || ++waits % TRIED == 0) ? looks : 0;
  }

  /** A look found events. */
  void found() {
    credit = Math.min(MOST_CREDIT, credit + GAIN);
  }

  /** No look did. */
  void foundNothing() {
    credit = Math.max(0, credit - 1);
  }
}
