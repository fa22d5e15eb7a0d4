package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import java.io.IOException;

/** A client that can also wait for the answers to messages. */
interface MessageClient extends EchoClient {

  /** One connection. One thread at a time calls it, but for {@link #close}, which any may call. */
  interface MessageLine extends Line {

    /**
     * Sends a request and waits for its answer.
     *
     * @return what came back, whatever it is
     * @throws IOException if the connection fails, or what came back is no message
     */
    Message call(Message request) throws IOException, InterruptedException;
  }

  @Override
  MessageLine open() throws IOException, InterruptedException;
}
