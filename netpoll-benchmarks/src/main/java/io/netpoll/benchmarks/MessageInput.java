package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Work;
import java.io.IOException;
import java.nio.channels.SocketChannel;
import org.jspecify.annotations.Nullable;

/** Reads messages from a blocking channel. One thread uses it. */
final class MessageInput {
  private final SocketChannel channel;
  private final FrameBuffers frames = new FrameBuffers(Work.NONE);

  MessageInput(SocketChannel channel) {
    this.channel = channel;
  }

  /**
   * Waits for the next message.
   *
   * @return null at the end of the input
   * @throws IOException if what comes is no message, or the channel fails
   */
  @Nullable Message next() throws IOException {
    while (!frames.hasFrame()) {
      int count = channel.read(frames.space());
      frames.received();
      if (count < 0) {
        return null;
      }
    }
    return frames.message();
  }
}
