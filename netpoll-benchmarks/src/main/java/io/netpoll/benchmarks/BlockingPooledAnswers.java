package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.concurrent.Semaphore;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Answers from a pool on the JDK's blocking channels: the thread of a connection reads its
 * requests, and those of the pool write the answers, one at a time to each connection.
 */
final class BlockingPooledAnswers implements BlockingService {
  private final AnswerPool pool;

  /** Owns the pool from now on. */
  BlockingPooledAnswers(AnswerPool pool) {
    this.pool = pool;
  }

  @Override
  public void serve(SocketChannel connection) throws IOException, InterruptedException {
    MessageInput in = new MessageInput(connection);
    Output out = new Output(connection);
    for (Message request = in.next(); request != null; request = in.next()) {
      out.room.acquire();
      pool.answer(request, out);
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  private static final class Output implements AnswerPool.Output {
    private final SocketChannel channel;
    private final ReentrantLock writing = new ReentrantLock();
    private final Semaphore room = new Semaphore(AnswerPool.UNANSWERED);

    Output(SocketChannel channel) {
      this.channel = channel;
    }

    @Override
    public void send(Message answer) throws IOException {
      ByteBuffer frame = answer.toFrame();
      writing.lock();
      try {
        while (frame.hasRemaining()) {
          channel.write(frame);
        }
      } finally {
        writing.unlock();
      }
      room.release();
    }

    @Override
    public void fail() {
      try {
        channel.close();
      } catch (IOException e) {
        // There is nobody to tell.
      }
    }
  }
}
