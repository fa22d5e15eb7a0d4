package io.netpoll.core.connection;

import io.netpoll.core.loop.RetryQueue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * What other threads ask of the leader of a connection's loop: a set of things, of which each is
 * done once, however often it was asked. The connection's loop runs it as a task.
 *
 * <p>Where there is no memory to post it, or to do it, it is linked into the {@link RetryQueue} of
 * the loop; what is asked is noted until it was carried out.
 */
abstract class EndpointTasks extends RetryQueue.Step implements Runnable {
  // What other threads ask of the leader.
  static final int START = 1;
  static final int RESUME = 1 << 1;
  static final int ARM = 1 << 2;
  static final int CLOSE = 1 << 3;
  static final int LOOK = 1 << 4;
  static final int PIPE = 1 << 5;
  static final int PIPE_START = 1 << 6;
  static final int FINISH = 1 << 7;

  /** Asked by a filter, which goes on. */
  static final int FILTER = 1 << 10;

  /** Asked by a caller that has read the socket itself, and does so no more. */
  static final int READ_BY_LOOP = 1 << 11;

  // What the leader asks of itself, or a sender by failedLater.
  static final int BROKEN = 1 << 8;
  static final int END = 1 << 9;

  private static final VarHandle POSTED;

  static {
    try {
      POSTED = MethodHandles.lookup().findVarHandle(EndpointTasks.class, "posted", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final EngineConnection connection;
  final ConnectionLoop loop;

  private volatile int posted;

  EndpointTasks(EngineConnection connection, ConnectionLoop loop) {
    this.connection = connection;
    this.loop = loop;
  }

  /** Does what was asked. Leader only. */
  abstract void carryOut(int asked);

  /** The loop has ended, and what was asked is not done any more. Any thread. */
  abstract void abandon(int asked);

  // ---- Any thread ----------------------------------------------------------------------------

  /**
   * Asks something of the leader: START, RESUME, ARM, CLOSE, LOOK (for inactivity), PIPE (look at
   * the pipe from here), PIPE_START (it may begin), or FINISH (send FIN after the output).
   */
  void post(int what) {
    if (note(what) == 0) {
      try {
        if (!loop.execute(this)) {
          abandon();
        }
      } catch (Throwable t) { // there is no memory
        loop.postpone(this, t);
      }
    }
  }

  /**
   * Notes what is asked; returns what was noted before. The one place that does, and so linked when
   * there is no memory for that.
   */
  int note(int what) {
    return (int) POSTED.getAndBitwiseOr(this, what);
  }

  /** The output token was released: closing, or finishing, may go on. */
  void outputReleased() {
    int seen = connection.state.get();
    if ((seen & ConnectionState.CLOSED) != 0) {
      connection.out.end();
    } else if ((seen & ConnectionState.CLOSING) != 0) {
      post(CLOSE);
    } else if ((seen & (ConnectionState.FINISHING | ConnectionState.FINISHED))
        == ConnectionState.FINISHING) {
      post(FINISH);
    }
  }

  /** The input token was released beside the leader: closing may go on. Any thread. */
  void inputReleased() {
    int seen = connection.state.get();
    if ((seen & ConnectionState.CLOSED) != 0) {
      connection.in.end();
      connection.callbacks.signal();
    } else if ((seen & ConnectionState.CLOSING) != 0) {
      post(CLOSE);
    }
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /** Carries out what was posted. */
  @Override
  public void run() {
    int asked = (int) POSTED.getAndSet(this, 0);
    try {
      carryOut(asked);
    } catch (Error e) { // of the virtual machine: no memory, also for a class or a call site
      note(asked);
      loop.postpone(this, e);
      throw e;
    }
  }

  @Override
  public void retry() {
    run();
  }

  @Override
  public void abandon() {
    abandon((int) POSTED.getAndSet(this, 0));
  }

  /** As if it had been posted before. */
  void carryOutNow(int what) {
    if (note(what) == 0) {
      run();
    }
  }

  /** Whether something was asked, and not done. */
  boolean isAsked() {
    return posted != 0;
  }
}
