package io.netpoll.core.execution;

/** A handler's task that may hold output back, and can be told that it lasts too long. */
public interface HandlerTask extends Runnable {

  /** The loop was passed on during the task, which took too long. On the watch-dog's thread. */
  void preempted();

  /** Sends what the task holds back. Any thread, at any time. */
  void sendHeld();
}
