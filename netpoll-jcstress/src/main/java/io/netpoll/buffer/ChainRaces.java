package io.netpoll.buffer;

import static io.netpoll.jcstress.Attempt.result;

import io.netpoll.spi.Spans;
import java.io.EOFException;
import java.nio.ByteBuffer;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLL_Result;

/**
 * One thread writes to a buffer, one reads: what the consumer sees of the stream, and the handshake
 * of the two at the tail, which {@link Chain} describes.
 *
 * <p>All buffers begin with the number 1 in a page that is counted, with room for more behind it.
 * Results are what the consumer read beside the producer, all that was read, and what is left.
 */
public final class ChainRaces {
  private static final String CLEAN =
      "Every number once and in order; at the end the page is back and nothing refers to a node.";

  private ChainRaces() {}

  /** A buffer with the number 1. */
  abstract static class Stream {
    private final CountedPage counted = new CountedPage();
    final LinkedBuffer buffer;

    Stream() {
      counted.page.memory().putInt(0, 1);
      buffer = counted.published(Integer.BYTES);
    }

    final void write(int number) {
      buffer.writeInt(number);
      buffer.flush();
    }

    /** Fills the room behind the published bytes, or a new page, as a poller does. */
    final void fill(int number) {
      Spans spans = new Spans(1);
      buffer.reserve(Integer.BYTES, spans);
      spans.buffer(0).putInt(number);
      buffer.commit(Integer.BYTES);
    }

    /** A reading that comes empty. */
    final void fillNothing() {
      buffer.reserve(Integer.BYTES, new Spans(1));
      buffer.commit(0);
    }

    /** Reads the numbers that are there. */
    final String read() {
      return result(this::numbers);
    }

    final String readAndRelease() {
      String numbers = read();
      buffer.release();
      return numbers;
    }

    /** Sends what is there, as the holder of the output token does. */
    final String send() {
      Spans spans = new Spans(4);
      int n = buffer.collect(spans);
      StringBuilder numbers = new StringBuilder();
      for (int i = 0; i < spans.count(); i++) {
        ByteBuffer part = spans.buffer(i);
        while (part.hasRemaining()) {
          numbers.append(part.getInt());
        }
      }
      buffer.acknowledge(n);
      return numbers.toString();
    }

    /** Writes the number 4, reads what is left, and looks what the buffer refers to then. */
    final void finishReading(LLL_Result r) {
      write(4);
      r.r2 = r.r1 + readAndRelease();
      r.r3 = state();
    }

    private String numbers() throws EOFException {
      StringBuilder numbers = new StringBuilder();
      for (int left = buffer.length() / Integer.BYTES; left > 0; left--) {
        numbers.append(buffer.readInt());
      }
      return numbers.toString();
    }

    /** Whether the page came back, once, and the buffer refers to no node. */
    final String state() {
      boolean empty =
          buffer.evenTail == null
              && buffer.oddTail == null
              && buffer.entrance == null
              && buffer.parked == null
              && buffer.first == null
              && buffer.head == null;
      return (empty ? "clean" : "not clean") + ", given back " + counted.timesGivenBack();
    }
  }

  /** The consumer looks once at a stream that grows in the tail. */
  @JCStressTest
  @State
  @Outcome(id = "1(2(3)?)?, 1234, clean, given back 1", expect = Expect.ACCEPTABLE, desc = CLEAN)
  public static class ReadBesideWrites extends Stream {
    @Actor
    public void produce() {
      write(2);
      write(3);
    }

    @Actor
    public void consume(LLL_Result r) {
      r.r1 = read();
    }

    @Arbiter
    public void finish(LLL_Result r) {
      finishReading(r);
    }
  }

  /** The consumer takes the tail, or lets go of it, while the producer goes on there. */
  @JCStressTest
  @State
  @Outcome(id = "12?, 124, clean, given back 1", expect = Expect.ACCEPTABLE, desc = CLEAN)
  public static class ReleaseBesideWrite extends Stream {
    @Actor
    public void produce() {
      write(2);
    }

    @Actor
    public void consume(LLL_Result r) {
      r.r1 = readAndRelease();
    }

    @Arbiter
    public void finish(LLL_Result r) {
      finishReading(r);
    }
  }

  /**
   * The consumer takes the tail and clears its slot while the producer makes a new chain, whose
   * tail it keeps in the other slot until its next claim.
   */
  @JCStressTest
  @State
  @Outcome(id = "1(2(3)?)?, 1234, clean, given back 1", expect = Expect.ACCEPTABLE, desc = CLEAN)
  public static class ReleaseBesideWrites extends Stream {
    @Actor
    public void produce() {
      write(2);
      write(3);
    }

    @Actor
    public void consume(LLL_Result r) {
      r.r1 = readAndRelease();
    }

    @Arbiter
    public void finish(LLL_Result r) {
      finishReading(r);
    }
  }

  /** The consumer takes the tails of two chains in a row; each has its slot cleared. */
  @JCStressTest
  @State
  @Outcome(id = "1(2(3)?)?, 1234, clean, given back 1", expect = Expect.ACCEPTABLE, desc = CLEAN)
  public static class ReleaseTwiceBesideWrites extends Stream {
    @Actor
    public void produce() {
      write(2);
      write(3);
    }

    @Actor
    public void consume(LLL_Result r) {
      r.r1 = readAndRelease() + readAndRelease();
    }

    @Arbiter
    public void finish(LLL_Result r) {
      finishReading(r);
    }
  }

  /** The producer claims the tail and writes nothing: one of the two drops it, not both. */
  @JCStressTest
  @State
  @Outcome(id = "1, 14, clean, given back 1", expect = Expect.ACCEPTABLE, desc = CLEAN)
  public static class ReleaseBesideEmptyFill extends Stream {
    @Actor
    public void produce() {
      fillNothing();
    }

    @Actor
    public void consume(LLL_Result r) {
      r.r1 = readAndRelease();
    }

    @Arbiter
    public void finish(LLL_Result r) {
      finishReading(r);
    }
  }

  /** The consumer lets go of the tail, perhaps while it is being filled, and comes back to it. */
  @JCStressTest
  @State
  @Outcome(id = "12?, 124, clean, given back 1", expect = Expect.ACCEPTABLE, desc = CLEAN)
  public static class ReleaseBesideFill extends Stream {
    @Actor
    public void produce() {
      fill(2);
      fillNothing();
    }

    @Actor
    public void consume(LLL_Result r) {
      r.r1 = readAndRelease() + readAndRelease();
    }

    @Arbiter
    public void finish(LLL_Result r) {
      finishReading(r);
    }
  }

  /** What is written and taken back is never seen, and the claim of the tail ends with it. */
  @JCStressTest
  @State
  @Outcome(id = "1, 14, clean, given back 1", expect = Expect.ACCEPTABLE, desc = CLEAN)
  public static class ReleaseBesideWriteTakenBack extends Stream {
    @Actor
    public void produce() {
      buffer.writeInt(9);
      buffer.mallocAck(0);
    }

    @Actor
    public void consume(LLL_Result r) {
      r.r1 = readAndRelease();
    }

    @Arbiter
    public void finish(LLL_Result r) {
      finishReading(r);
    }
  }

  /** The sender collects spans and acknowledges them while the producer goes on in that page. */
  @JCStressTest
  @State
  @Outcome(id = "1(2(3)?)?, 1234, clean, given back 1", expect = Expect.ACCEPTABLE, desc = CLEAN)
  public static class SendBesideWrites extends Stream {
    @Actor
    public void produce() {
      write(2);
      write(3);
    }

    @Actor
    public void consume(LLL_Result r) {
      r.r1 = send();
    }

    @Arbiter
    public void finish(LLL_Result r) {
      finishReading(r);
    }
  }
}
