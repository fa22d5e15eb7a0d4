package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import org.jspecify.annotations.Nullable;

/**
 * Serves one asynchronous channel. At any time one operation is under way, and the thread of the
 * channel's group that completes it owns this object. Frames are answered on that thread; no input
 * is read while answers are unsent.
 */
final class AsyncEcho {
  private final AsynchronousSocketChannel channel;
  private final FrameBuffers frames;
  private final CompletionHandler<Integer, @Nullable Void> reads = new Completion(this::received);
  private final CompletionHandler<Integer, @Nullable Void> writes = new Completion(this::sent);
  private ByteBuffer answers = ByteBuffer.allocate(0);

  AsyncEcho(AsynchronousSocketChannel channel, Work work) {
    this.channel = channel;
    frames = new FrameBuffers(work);
  }

  /** Begins to serve. */
  void start() {
    channel.read(frames.space(), null, reads);
  }

  private void received(int count) throws IOException, InterruptedException {
    frames.received();
    if (count < 0) {
      close(channel);
    } else {
      answer();
    }
  }

  private void sent(int count) throws IOException, InterruptedException {
    if (answers.hasRemaining()) {
      channel.write(answers, null, writes);
    } else {
      frames.sent();
      answer();
    }
  }

  private void answer() throws IOException, InterruptedException {
    boolean answered = false;
    while (frames.answerOne()) {
      answered = true;
    }
    if (answered) {
      answers = frames.answers();
      channel.write(answers, null, writes);
    } else {
      channel.read(frames.space(), null, reads);
    }
  }

  /** Closes a channel that is of no use any more. */
  static void close(AsynchronousSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // There is nobody to tell.
    }
  }

  private interface Step {
    void take(int count) throws IOException, InterruptedException;
  }

  private final class Completion implements CompletionHandler<Integer, @Nullable Void> {
    private final Step next;

    Completion(Step next) {
      this.next = next;
    }

    @Override
    public void completed(Integer count, @Nullable Void unused) {
      try {
        next.take(count);
      } catch (IOException | InterruptedException | RuntimeException e) {
        close(channel);
      }
    }

    @Override
    public void failed(Throwable cause, @Nullable Void unused) {
      close(channel);
    }
  }
}
