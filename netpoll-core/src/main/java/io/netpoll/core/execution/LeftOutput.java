package io.netpoll.core.execution;

/** What a handler's task has flushed and left to be sent after it. */
public interface LeftOutput {

  /** How many bytes are unsent. */
  long pending();

  /** Sends it before the task that left it goes on to wait. On the task's thread. */
  boolean sendHeld();

  /** Sends it after the task. Any thread; throws nothing. */
  void sendLate();
}
