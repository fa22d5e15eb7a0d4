package io.netpoll.testkit;

import java.io.IOException;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Where {@link FakeNetwork#failNext} makes the simulated system fail. */
public enum Fault {
  /** Opening a poller. */
  OPEN,
  /** Binding a listening socket. */
  BIND,
  /** Accepting: the connection stays queued, as it does for want of descriptors. */
  ACCEPT,
  /** Taking a connected socket under watch. */
  ATTACH,
  /** Connecting, refused at once. */
  CONNECT,
  /** Sending, by the holder of the output token or by the poller. */
  SEND,
  /** Reading. */
  RECEIVE,
  /** Polling; ends a poll that waits. */
  POLL;

  private static final Map<Fault, Queue<IOException>> PLANNED = new ConcurrentHashMap<>();

  static {
    for (Fault fault : values()) {
      PLANNED.put(fault, new ConcurrentLinkedQueue<>());
    }
  }

  private Queue<IOException> planned() {
    return PLANNED.getOrDefault(this, new ConcurrentLinkedQueue<>());
  }

  void plan(IOException cause) {
    planned().add(cause);
  }

  boolean isPlanned() {
    return !planned().isEmpty();
  }

  /** Fails if that is planned, once per plan. */
  void strike() throws IOException {
    IOException cause = planned().poll();
    if (cause != null) {
      cause.setStackTrace(new Throwable().getStackTrace());
      throw cause;
    }
  }

  static void clear() {
    for (Fault fault : values()) {
      fault.planned().clear();
    }
  }
}
