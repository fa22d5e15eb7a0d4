package io.netpoll.benchmarks;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Work;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * Publish and subscribe on Netpoll. A flush waits where a subscriber does not read, so none is made
 * by the handler that reads from a publisher: it puts frames into the backlogs of the subscribers,
 * and each of these has a task that writes what waits and flushes once, on a thread that may wait.
 *
 * <p>A handler in blocking style reads one frame a call; one that runs inline reads every frame
 * that is there as a whole.
 */
final class OurFanOut implements OurService {
  // What waits should wait in the backlog, where there is one for all.
  private static final int OUTPUT = 64 << 10;

  private final Work work;
  private final boolean inline;
  private final ExecutorService senders;
  private final List<Subscriber> subscribers = new CopyOnWriteArrayList<>();

  OurFanOut(PeerSettings settings) {
    work = settings.work();
    inline = settings.execution() == ExecutionName.INLINE;
    senders =
        VirtualThreads.areThere() ? VirtualThreads.executor() : Executors.newCachedThreadPool();
  }

  @Override
  public EventLoop.Builder server() {
    return EventLoop.withContext(Session::new)
        .onRequest(this::read)
        .outputHighWaterMark(OUTPUT)
        .writeTimeout(Duration.ZERO); // who does not read stays connected
  }

  private void read(Connection connection, Session session) throws InterruptedException {
    try {
      if (inline) {
        available(connection.reader(), session);
      } else {
        Reader in = connection.reader();
        int length = FrameLengths.checked(in.readInt());
        session.received(Message.read(in, length));
      }
    } catch (IOException e) {
      connection.close(); // the client is gone or sent what is no message
    }
  }

  private static void available(Reader in, Session session)
      throws IOException, InterruptedException {
    while (in.request(Integer.BYTES)) {
      int length = FrameLengths.checked(in.peekInt());
      if (!in.request(Integer.BYTES + length)) {
        break;
      }
      in.skip(Integer.BYTES);
      session.received(Message.read(in, length));
    }
  }

  @Override
  public void close() {
    Threads.end(senders);
  }

  /** What is known of a connection. Used by its handler. */
  private final class Session {
    private final Connection connection;
    private boolean begun;

    Session(Connection connection) {
      this.connection = connection;
    }

    void received(Message message) throws InterruptedException {
      boolean first = !begun;
      begun = true;
      if (first && message.isSubscription()) {
        subscribe(message);
        return;
      }
      work.runFor(message);
      ByteBuffer frame = message.answer().toFrame();
      for (Subscriber subscriber : subscribers) {
        subscriber.offer(frame);
      }
    }

    private void subscribe(Message request) {
      Subscriber subscriber = new Subscriber(connection, senders, request.answer().toFrame());
      subscribers.add(subscriber);
      subscriber.claim(); // once it is there, for who has the answer is sent what follows
      connection.addCloseCallback(closed -> subscribers.remove(subscriber));
    }
  }

  /**
   * Sends to one subscriber, as a task that is claimed by who offers the first frame. It clears the
   * claim and then looks for frames, and who offers adds a frame and then claims: so one of them
   * sees the other. A task that fails keeps the claim, since nothing can be sent any more.
   */
  private static final class Subscriber implements Runnable {
    private final Connection connection;
    private final Executor senders;
    private final Backlog backlog = new Backlog();
    private final AtomicBoolean claimed = new AtomicBoolean();

    Subscriber(Connection connection, Executor senders, ByteBuffer first) {
      this.connection = connection;
      this.senders = senders;
      backlog.offer(first);
    }

    /** Sends a frame soon, or drops it where too much waits. Any thread. */
    void offer(ByteBuffer frame) {
      if (backlog.offer(frame)) {
        claim();
      }
    }

    /** Sees to it that what waits is sent. Any thread. */
    void claim() {
      if (!claimed.getAndSet(true)) {
        senders.execute(this);
      }
    }

    @Override
    public void run() {
      try {
        do {
          send();
          claimed.set(false);
        } while (!backlog.isEmpty() && !claimed.getAndSet(true));
      } catch (IOException e) {
        connection.close();
      }
    }

    private void send() throws IOException {
      Writer out = connection.writer();
      for (ByteBuffer frame = backlog.poll(); frame != null; frame = backlog.poll()) {
        out.writeBinary(frame); // direct memory by reference is no faster, at any size
      }
      int count = out.mallocLength();
      out.flush();
      backlog.sent(count);
    }
  }
}
