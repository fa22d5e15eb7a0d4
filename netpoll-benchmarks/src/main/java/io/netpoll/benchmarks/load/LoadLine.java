package io.netpoll.benchmarks.load;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Selector;

/** The requests and answers of one connection of the load, used by its one thread. */
final class LoadLine implements FrameChannel.Frames, AutoCloseable {
  private static final int NUMBER_BITS = 40;

  /** Told of every answer. */
  interface Answers {
    void answered(LoadLine line, long due, int length) throws IOException;
  }

  private final FrameChannel channel;
  private final Requests requests;
  private final Answers answers;
  private final Outstanding outstanding = new Outstanding();
  private final long prefix;
  private long next;
  private boolean dirty;

  /** Connects, and waits for that. */
  LoadLine(
      InetSocketAddress server,
      Selector selector,
      Requests requests,
      int number,
      int largest,
      Answers answers)
      throws IOException {
    this.requests = requests;
    this.answers = answers;
    prefix = (long) number << NUMBER_BITS;
    channel = new FrameChannel(Dialling.dial(server), selector, largest, this);
  }

  /** Encodes a request that is or was due at a time; true if none was waiting for the flush. */
  boolean request(long due) {
    long number = next++;
    long id = prefix | number;
    outstanding.add(number, due);
    requests.write(id, channel.space(Integer.BYTES + requests.length(id)));
    boolean first = !dirty;
    dirty = true;
    return first;
  }

  /** Sends all requests. */
  void flush() throws IOException {
    dirty = false;
    channel.flush();
  }

  /** Sends the first half of a request, where no other one waits; {@link #flush} sends the rest. */
  void flushHalf() throws IOException {
    dirty = false;
    channel.flushHalf();
  }

  @Override
  public void received(ByteBuffer in, int length) throws IOException {
    long id = requests.check(in, length);
    if (id - prefix >= next || id < prefix) {
      throw new IOException("An answer came on the connection of another request.");
    }
    answers.answered(this, outstanding.remove(id - prefix), length);
  }

  /** Whether a request that was due before a time has no answer. */
  boolean waitsSince(long time) {
    return outstanding.anyBefore(time);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
