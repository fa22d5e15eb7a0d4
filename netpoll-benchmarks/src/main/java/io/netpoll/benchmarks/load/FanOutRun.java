package io.netpoll.benchmarks.load;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Service;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.HdrHistogram.Histogram;

/**
 * Publishes messages and receives them as all subscribers, from the calling thread. So many
 * messages are on their way at any time: when one has come to all who read, the next is published.
 * Each must come to each once, in their order.
 *
 * <p>Latencies are those of deliveries, of which a message has as many as there are subscribers who
 * read: from when it was published to when it was received. One more subscriber may not read at
 * all.
 */
public final class FanOutRun implements Load {
  /** What servers let wait for a subscriber: only what exceeds it may be dropped. */
  private static final int BACKLOG = 1 << 20;

  // What a server may count for a message beside its bytes.
  private static final int OVERHEAD = 128;
  private static final int SILENT_BUFFER = 64 << 10;

  // The buffers of a loopback connection take some 3 MB.
  private static final long FILLING = 6 << 20;
  private static final int PATIENCE_MILLIS = 10_000;

  private final Selector selector;
  private final List<SocketChannel> channels = new ArrayList<>();
  private final Requests messages;
  private final List<Subscriber> subscribers = new ArrayList<>();
  private final int window;
  private final long[] published; // when, by the number of the message modulo the window
  private final int[] missing; // how many deliveries, likewise
  private final Histogram latencies = new Histogram(3);
  private final FrameChannel publisher;
  private long next;
  private long complete;
  private boolean measuring;
  private boolean finishing;
  private long bytes;
  private long lastDelivery;

  /**
   * Opens the connections, and subscribes.
   *
   * @param subscribers how many read
   * @param size bytes of a payload
   * @param window how many messages are on their way at any time
   * @param oneDoesNotRead whether there is another subscriber, who does not
   * @throws IllegalArgumentException if that makes no sense; the message says why
   */
  public FanOutRun(
      InetSocketAddress server, int subscribers, int size, int window, boolean oneDoesNotRead)
      throws IOException {
    if (subscribers < 1 || window < 1 || size < Message.HEADER) {
      throw new IllegalArgumentException(
          "Publishing needs a subscriber, a message on its way, and messages of at least "
              + Message.HEADER
              + " bytes.");
    }
    if (window * (long) (size + OVERHEAD) > BACKLOG) {
      throw new IllegalArgumentException(
          "Of " + window + " messages of " + size + " bytes on their way, some may be dropped.");
    }
    this.window = window;
    published = new long[window];
    missing = new int[window];
    messages =
        new Requests(new LoadPlan(1, window, Turn.OWN, size, size, 0, Service.RPC, false, false));
    selector = Selector.open();
    try {
      publisher = new FrameChannel(dial(server, 0), selector, size, FanOutRun::failByAnswer);
      if (oneDoesNotRead) {
        subscribe(server, SILENT_BUFFER);
        fill(server, size);
      }
      for (int i = 0; i < subscribers; i++) {
        this.subscribers.add(new Subscriber(subscribe(server, 0), size));
      }
    } catch (Throwable e) {
      close();
      throw e;
    }
  }

  /** Connects, asks for what is published, and waits for the answer. */
  private SocketChannel subscribe(InetSocketAddress server, int receiveBuffer) throws IOException {
    SocketChannel channel = dial(server, receiveBuffer);
    Message request = new Message(0, Message.SUBSCRIBE, new byte[0]);
    channel.write(request.toFrame());
    ByteBuffer expected = request.answer().toFrame();
    byte[] answer = new byte[expected.remaining()];
    channel.socket().setSoTimeout(PATIENCE_MILLIS);
    try {
      new DataInputStream(channel.socket().getInputStream()).readFully(answer);
    } catch (EOFException e) {
      throw new IOException("The server closed a connection instead of taking a subscription.", e);
    } catch (SocketTimeoutException e) {
      throw new IOException("No answer came to a subscription for 10 s: look at the server.", e);
    }
    if (!expected.equals(ByteBuffer.wrap(answer))) {
      throw new IOException("A subscription was answered with something else.");
    }
    return channel;
  }

  /**
   * Publishes to one who reads, until more has come for the one who does not than its sockets and
   * the server's backlog take.
   */
  private void fill(InetSocketAddress server, int size) throws IOException {
    SocketChannel channel = subscribe(server, 0);
    subscribers.add(new Subscriber(channel, size));
    begin();
    while (next * size < FILLING) {
      serve();
    }
    finish();
    subscribers.clear();
    channel.close();
  }

  private SocketChannel dial(InetSocketAddress server, int receiveBuffer) throws IOException {
    SocketChannel channel = Dialling.dial(server, receiveBuffer);
    channels.add(channel);
    return channel;
  }

  private static void failByAnswer(ByteBuffer in, int length) throws IOException {
    throw new IOException("An answer of " + length + " bytes came to who publishes.");
  }

  /** One who reads. */
  private final class Subscriber implements FrameChannel.Frames {
    final FrameChannel channel;
    final long first = next; // what was published before may come late
    long due = next; // the number of the message that must come next

    Subscriber(SocketChannel connected, int size) throws IOException {
      channel = new FrameChannel(connected, selector, size, this);
    }

    @Override
    public void received(ByteBuffer in, int length) throws IOException {
      long number = messages.check(in, length);
      if (number < first) {
        return;
      }
      if (number != due || number >= next) {
        throw new IOException(
            "Message " + number + " came to a subscriber instead of message " + due + ".");
      }
      due++;
      delivered((int) (number % window), length);
    }

    boolean waitsSince(long time) {
      return due < next && published[(int) (due % window)] - time < 0;
    }
  }

  private void delivered(int slot, int length) {
    long now = System.nanoTime();
    lastDelivery = now;
    if (measuring) {
      latencies.recordValue(now - published[slot]);
      bytes += length;
    }
    if (--missing[slot] == 0) {
      complete++;
      if (!finishing) {
        publish(now);
      }
    }
  }

  /** Encodes the next message, whose slot is free: messages become complete in their order. */
  private void publish(long now) {
    int slot = (int) (next % window);
    published[slot] = now;
    missing[slot] = subscribers.size();
    messages.write(next, publisher.space(Integer.BYTES + messages.length(next)));
    next++;
  }

  @Override
  public LoadResult slice(Duration settle, Duration duration, long pid) throws IOException {
    begin();
    driveFor(settle.toNanos());
    Window window = new Window(pid, false);
    measuring = true;
    driveFor(duration.toNanos());
    measuring = false;
    long late = System.nanoTime() - LoadRun.LATE_NANOS;
    LoadResult result =
        window.end(
            latencies,
            latencies.getTotalCount(),
            bytes,
            0,
            (int) subscribers.stream().filter(each -> each.waitsSince(late)).count());
    finish();
    return result;
  }

  private void begin() throws IOException {
    finishing = false;
    latencies.reset();
    bytes = 0;
    lastDelivery = System.nanoTime();
    for (int i = 0; i < window; i++) {
      publish(lastDelivery);
    }
    publisher.flush();
  }

  private void driveFor(long nanos) throws IOException {
    long start = System.nanoTime();
    while (System.nanoTime() - start < nanos) {
      serve();
    }
  }

  /** Publishes nothing more, and waits until all messages have come to all who read. */
  private void finish() throws IOException {
    finishing = true;
    while (complete < next) {
      serve();
    }
  }

  private void serve() throws IOException {
    if (System.nanoTime() - lastDelivery > LoadRun.SILENCE_NANOS) {
      throw new IOException("No message came for 10 s: look at the server.");
    }
    selector.select(LoadRun.GLANCE_MILLIS);
    Set<SelectionKey> selected = selector.selectedKeys();
    for (SelectionKey key : selected) {
      ((FrameChannel) key.attachment()).ready();
      publisher.flush();
    }
    selected.clear();
  }

  @Override
  public void close() throws IOException {
    for (SocketChannel channel : channels) {
      channel.close();
    }
    selector.close();
  }
}
