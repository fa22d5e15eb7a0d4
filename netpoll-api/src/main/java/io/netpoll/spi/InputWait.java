package io.netpoll.spi;

/**
 * Lets a thread wait in the system for the input of one socket, beside the poller that watches it:
 * what {@link Handle#awaitInput} waits with. One thread at a time uses it, for one socket after
 * another. Made by {@link PollerProvider#openInputWait}.
 */
public interface InputWait extends AutoCloseable {

  /**
   * Ends the wait that is under way, or else the next one. Any thread, also after {@link #close()},
   * when it does nothing.
   */
  void wakeup();

  /** Gives its resources back. Once, while no thread waits with it. */
  @Override
  void close();
}
