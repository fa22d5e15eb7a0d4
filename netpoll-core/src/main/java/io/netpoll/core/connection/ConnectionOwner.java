package io.netpoll.core.connection;

import java.net.SocketAddress;

/** Answers for accepted connections: lets them in, counts them, and shuts them down. */
public interface ConnectionOwner {

  /** Whether an accepted socket may become a connection. */
  enum Admission {
    /** It may; {@link #closed} or {@link #lost} follows, once. */
    GRANTED,
    /** It may not, and is reset. */
    REFUSED,
    /** Not before others have closed; the owner says when. */
    WHEN_OTHERS_CLOSE,
    /** Not so soon after others; to be asked again after a moment. */
    AFTER_A_MOMENT
  }

  /**
   * An accepted socket asks to come in. Called on the thread of the loop that accepted it, again
   * for one that has waited; never waits.
   *
   * @param peer where it comes from
   * @param askAgain run once, on any thread, when the answer was {@link
   *     Admission#WHEN_OTHERS_CLOSE} and another one may be given; does not wait
   * @return the answer; if this throws, it was not let in
   */
  Admission admit(SocketAddress peer, Runnable askAgain);

  /**
   * A connection is watched. Called on its loop's thread before any callback.
   *
   * @param connection the connection
   */
  void opened(EngineConnection connection);

  /**
   * A connection's socket is closed and its close callbacks have run. Called once for each that was
   * opened, on any thread. Takes no memory before it has counted.
   *
   * @param connection the connection
   * @param peer where it came from
   */
  void closed(EngineConnection connection, SocketAddress peer);

  /**
   * A socket that was admitted could not be watched. Called on any thread. Takes no memory before
   * it has counted.
   *
   * @param peer where it came from
   */
  void lost(SocketAddress peer);
}
