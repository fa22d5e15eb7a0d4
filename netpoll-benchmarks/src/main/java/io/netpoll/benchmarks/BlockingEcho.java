package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;

/** Serves one blocking channel. The calling thread owns it. */
final class BlockingEcho {
  private final SocketChannel channel;
  private final Sending sending;
  private final FrameBuffers frames;

  BlockingEcho(SocketChannel channel, Sending sending, Work work) {
    this.channel = channel;
    this.sending = sending;
    frames = new FrameBuffers(work);
  }

  /** Answers every frame until the client ends the connection. */
  void run() throws IOException, InterruptedException {
    do {
      while (frames.answerOne()) {
        if (sending == Sending.FRAME) {
          send();
        }
      }
      send();
    } while (frames.hasFrame() || receive());
  }

  private void send() throws IOException {
    ByteBuffer answers = frames.answers();
    while (answers.hasRemaining()) {
      channel.write(answers);
    }
    frames.sent();
  }

  /** Waits for bytes; false at the end of the input. */
  private boolean receive() throws IOException {
    int count = channel.read(frames.space());
    frames.received();
    return count >= 0;
  }
}
