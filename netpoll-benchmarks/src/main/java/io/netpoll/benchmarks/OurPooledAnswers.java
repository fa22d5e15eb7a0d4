package io.netpoll.benchmarks;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import io.netpoll.ShardQueue;
import io.netpoll.benchmarks.rpc.Message;
import java.io.IOException;
import java.util.concurrent.Semaphore;

/**
 * Answers from a pool on Netpoll: a handler in blocking style reads one request a call, and the
 * threads of the pool put the answers into the queue of its connection.
 */
final class OurPooledAnswers implements OurService {
  private final AnswerPool pool;

  /** Owns the pool from now on. */
  OurPooledAnswers(AnswerPool pool) {
    this.pool = pool;
  }

  @Override
  public EventLoop.Builder server() {
    return EventLoop.withContext(Output::new).onRequest(this::read);
  }

  private void read(Connection connection, Output out) throws InterruptedException {
    try {
      Reader in = connection.reader();
      int length = FrameLengths.checked(in.readInt());
      Message request = Message.read(in, length);
      out.room.acquire();
      pool.answer(request, out);
    } catch (IOException e) {
      connection.close(); // the client is gone or sent what is no message
    }
  }

  @Override
  public void close() {
    pool.close();
  }

  private static final class Output implements AnswerPool.Output {
    private final Connection connection;
    private final ShardQueue queue;
    private final Semaphore room = new Semaphore(AnswerPool.UNANSWERED);

    Output(Connection connection) {
      this.connection = connection;
      queue = ShardQueue.of(connection);
    }

    @Override
    public void send(Message answer) throws IOException {
      LinkBuffer frame = LinkBuffer.create();
      answer.write(frame);
      frame.flush();
      queue.put(frame);
      room.release();
    }

    @Override
    public void fail() {
      connection.close();
    }
  }
}
