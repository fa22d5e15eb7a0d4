package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Future;
import org.jspecify.annotations.Nullable;

/**
 * Publish and subscribe on the JDK's blocking channels. The thread of a connection reads; each
 * subscriber has a second one, which writes what waits for it.
 */
final class BlockingFanOut implements BlockingService {
  private static final int MOST_AT_ONCE = 64;

  private final Work work;
  private final ExecutorService threads;
  private final List<Backlog> subscribers = new CopyOnWriteArrayList<>();

  /** Starts threads of an executor, which stays the caller's. */
  BlockingFanOut(Work work, ExecutorService threads) {
    this.work = work;
    this.threads = threads;
  }

  @Override
  public void serve(SocketChannel connection) throws IOException, InterruptedException {
    MessageInput in = new MessageInput(connection);
    Message first = in.next();
    if (first != null && first.isSubscription()) {
      subscribe(connection, in, first);
    } else {
      publish(first, in);
    }
  }

  private void subscribe(SocketChannel connection, MessageInput in, Message request)
      throws IOException, InterruptedException {
    Backlog backlog = new Backlog();
    backlog.offer(request.answer().toFrame());
    subscribers.add(backlog); // before the answer leaves: what follows is sent, too
    Future<?> writer = threads.submit(() -> write(connection, backlog));
    try {
      publish(in.next(), in);
    } finally {
      subscribers.remove(backlog);
      writer.cancel(true);
    }
  }

  private void publish(@Nullable Message first, MessageInput in)
      throws IOException, InterruptedException {
    for (Message message = first; message != null; message = in.next()) {
      work.runFor(message);
      ByteBuffer frame = message.answer().toFrame();
      for (Backlog subscriber : subscribers) {
        subscriber.offer(frame);
      }
    }
  }

  private static void write(SocketChannel channel, Backlog backlog) {
    List<ByteBuffer> batch = new ArrayList<>();
    try (channel) {
      while (true) {
        backlog.take(batch, MOST_AT_ONCE);
        backlog.sent(write(channel, batch.toArray(new ByteBuffer[0])));
        batch.clear();
      }
    } catch (IOException | InterruptedException e) {
      // The subscriber is gone, or this server ends: there is nobody to tell.
    }
  }

  private static long write(SocketChannel channel, ByteBuffer[] batch) throws IOException {
    long count = 0;
    while (batch[batch.length - 1].hasRemaining()) {
      count += channel.write(batch);
    }
    return count;
  }
}
