package io.netpoll.benchmarks;

import java.io.IOException;

/** A way to connect to a server and to wait for what it answers. */
interface EchoClient extends AutoCloseable {

  /** One connection. One thread at a time calls it, but for {@link #close}, which any may call. */
  interface Line extends AutoCloseable {

    /**
     * Sends a frame and waits until it has come back.
     *
     * @param payload the frame's; the caller may change it afterwards
     * @throws IOException if the connection fails, or what came back differs
     */
    void echo(byte[] payload) throws IOException, InterruptedException;

    /** Closes the connection; an {@link #echo} that waits ends with an exception. */
    @Override
    void close() throws IOException;
  }

  /** Opens a connection. */
  Line open() throws IOException, InterruptedException;

  /** Ends every thread of the client's, after all of its connections were closed. */
  @Override
  void close() throws IOException;

  /** Tells that an answer is not what was sent. */
  static IOException wrong(int expected, int found) {
    return new IOException(
        found == expected
            ? "The " + expected + " bytes that came back differ from those that were sent."
            : found + " bytes came back instead of " + expected + ".");
  }
}
