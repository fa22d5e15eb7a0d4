package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Work;
import java.io.IOException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/**
 * The threads that answer the requests of all connections of a peer, which others have read. Any
 * thread hands requests over.
 */
final class AnswerPool implements AutoCloseable {
  /** How many requests of one connection are handed over before it is not read any more. */
  static final int UNANSWERED = 1024;

  private final ExecutorService threads;
  private final Work work;

  AnswerPool(int threads, Work work) {
    this.threads = Executors.newFixedThreadPool(threads);
    this.work = work;
  }

  /** Where the answers of a connection go; called by any thread of the pool. */
  interface Output {

    /** Sends an answer at once, and waits where the connection takes no more. */
    void send(Message answer) throws IOException, InterruptedException;

    /** An answer could not be made or sent: the connection is of no use any more. */
    void fail();
  }

  /** Lets a thread of the pool do the work of a request, and send its answer. */
  void answer(Message request, Output output) {
    threads.execute(
        () -> {
          try {
            work.runFor(request);
            output.send(request.answer());
          } catch (IOException | InterruptedException | RejectedExecutionException e) {
            output.fail();
          }
        });
  }

  /** Interrupts the threads, and waits until they have ended. */
  @Override
  public void close() {
    Threads.end(threads);
  }
}
