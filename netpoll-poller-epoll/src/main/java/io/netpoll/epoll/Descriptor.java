package io.netpoll.epoll;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * The descriptor of a socket: who may close it, and when.
 *
 * <pre>
 *   FREE  --take-->  TAKEN  --close-->  CLOSED
 *     ^                / \
 *     \-----give------/   \--release-->  RELEASED
 * </pre>
 *
 * A number that is closed may be another socket's at once. So a thread that neither owns the socket
 * nor is known to its owner uses the number only between {@link #enter()} and {@link #exit()}, and
 * the system gets it back when the last such thread has left. Thread-safe.
 */
final class Descriptor {
  private static final int CLOSED = 1 << 31;
  private static final int TAKEN = 1 << 30;
  private static final int RELEASED = 1 << 29;

  private static final VarHandle STATE;

  static {
    try {
      STATE = MethodHandles.lookup().findVarHandle(Descriptor.class, "state", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final int fd;

  /** CLOSED, TAKEN, RELEASED, and below them the number of threads between enter and exit. */
  private volatile int state;

  private Descriptor(int fd, int state) {
    this.fd = fd;
    this.state = state;
  }

  static Descriptor free(int fd) {
    return new Descriptor(fd, 0);
  }

  static Descriptor taken(int fd) {
    return new Descriptor(fd, TAKEN);
  }

  /**
   * Takes the socket, for a poller or to close it; false if somebody has it, or it was closed
   * before.
   */
  boolean take() {
    int now;
    do {
      now = state;
      if ((now & (CLOSED | TAKEN)) != 0) {
        return false;
      }
    } while (!STATE.compareAndSet(this, now, now | TAKEN));
    return true;
  }

  /** Gives the socket back. For who took it. */
  void give() {
    STATE.getAndAdd(this, -TAKEN);
  }

  /** Closes it, now or when the last thread has left. For who took it, once. */
  void close() {
    int before = (int) STATE.getAndAdd(this, CLOSED);
    if ((before & ~TAKEN) == 0) {
      Libc.close(fd);
    }
  }

  /**
   * Gives the number away, for its new owner to use and close as they like. For who took it, once.
   * Waits for threads between enter and exit, which do not block.
   */
  int release() {
    STATE.getAndAdd(this, RELEASED);
    while (state != (TAKEN | RELEASED)) {
      Thread.yield();
    }
    return fd;
  }

  /** Keeps the number from being closed; false if it was, or was given away. */
  boolean enter() {
    int now;
    do {
      now = state;
      if ((now & (CLOSED | RELEASED)) != 0) {
        return false;
      }
    } while (!STATE.compareAndSet(this, now, now + 1));
    return true;
  }

  void exit() {
    int after = (int) STATE.getAndAdd(this, -1) - 1;
    if (after < 0 && (after & ~(CLOSED | TAKEN)) == 0) {
      Libc.close(fd);
    }
  }

  @Override
  public String toString() {
    return "descriptor " + fd;
  }
}
