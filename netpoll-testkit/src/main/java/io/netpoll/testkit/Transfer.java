package io.netpoll.testkit;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.spi.ChannelFile;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import io.netpoll.spi.Page;
import io.netpoll.spi.PageSource;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.WritableByteChannel;
import org.jspecify.annotations.Nullable;

/**
 * Moves bytes between a simulated socket and the two sides of a connection, and checks what these
 * offer. Input is used by the leader, output by the holder of the token.
 */
final class Transfer {
  private static final int PAGE_SIZE = 4096;
  private static final Page STALE = new StalePage();

  private final Side side;
  private final WritableByteChannel sink = new Sink();
  private final Spans inputSpans = new Spans(16);
  private final Spans outputSpans = new Spans(16);
  private @Nullable Page expectedPage;
  private int expectedOffset;

  Transfer(Side side) {
    this.side = side;
  }

  /** Reads into the space that the input offers: a number of bytes, or -1 at the end. */
  int receive(Input input) throws IOException {
    Fault.RECEIVE.strike();
    stain(inputSpans);
    boolean wanted = input.space(inputSpans);
    try {
      if (!wanted) {
        return 0;
      }
      check(inputSpans, "Input.space()");
      if (inputSpans.bytes() == 0) {
        throw Violations.record("Input.space() returned true and offered nothing.");
      }
      int total = 0;
      int last = 0;
      try {
        for (int i = 0; i < inputSpans.count() && last >= 0; i++) {
          ByteBuffer into = inputSpans.buffer(i);
          last = side.read(into);
          total += Math.max(0, last);
          if (into.hasRemaining()) {
            break;
          }
        }
      } finally {
        input.filled(total);
      }
      return last < 0 && total == 0 ? -1 : total;
    } finally {
      inputSpans.clear();
    }
  }

  /**
   * Reads into a page of the poller's own, as a completion backend does; -1 at the end.
   *
   * @throws OutOfDirectMemoryException if there is no page
   */
  int receive(Endpoint endpoint, PageSource pages) throws IOException {
    Fault.RECEIVE.strike();
    Page page = pages.take(PAGE_SIZE);
    int length = -1;
    try {
      length = side.read(page.memory().slice(0, page.size()));
    } finally {
      if (length <= 0) {
        pages.give(page);
      }
    }
    int first = length / 2;
    if (first > 0) { // as if two reads had shared the page
      endpoint.received(page, 0, first, false);
    }
    if (length > 0) {
      endpoint.received(page, first, length - first, true);
    }
    return length;
  }

  /**
   * Drops what was received.
   *
   * @return how many bytes; -1 if there were none and the input has ended
   */
  int discard() {
    ByteBuffer into = ByteBuffer.allocate(PAGE_SIZE);
    int total = 0;
    try {
      int last;
      while ((last = side.read(into.clear())) > 0) {
        total += last;
      }
      return total == 0 && last < 0 ? -1 : total;
    } catch (IOException e) {
      return -1;
    }
  }

  /**
   * Sends until nothing is left, the socket is full, or the calls are used up.
   *
   * @return true if nothing is left
   */
  boolean send(Output output, int calls) throws IOException {
    for (int call = 0; call < calls; call++) {
      stain(outputSpans);
      int bytes = output.collect(outputSpans);
      try {
        if (bytes == 0) {
          return true;
        }
        check(outputSpans, "Output.collect()");
        if (outputSpans.file() instanceof ChannelFile file) {
          if (!send(output, file, bytes)) {
            return false;
          }
          continue;
        }
        if (bytes != outputSpans.bytes()) {
          throw Violations.record(
              "Output.collect() returned " + bytes + " for " + outputSpans.bytes() + " bytes.");
        }
        checkFirstStayed();
        Fault.SEND.strike();
        int sent = 0;
        for (int i = 0; i < outputSpans.count(); i++) {
          ByteBuffer from = outputSpans.buffer(i);
          int taken = side.write(from, false);
          sent += taken;
          if (from.hasRemaining()) {
            expect(outputSpans.page(i), outputSpans.offset(i) + taken);
            break;
          }
          expect(null, 0);
        }
        if (sent > 0) {
          output.sent(sent);
        }
        if (sent < bytes) {
          return false;
        }
      } finally {
        outputSpans.clear();
      }
    }
    return false;
  }

  /** Sends a range of a file; returns whether all of it was taken. */
  private boolean send(Output output, ChannelFile file, int bytes) throws IOException {
    Fault.SEND.strike();
    expect(null, 0);
    int sent = file.send(outputSpans.filePosition(), Math.min(bytes, PAGE_SIZE), sink);
    if (sent > 0) {
      output.sent(sent);
    }
    return sent == Math.min(bytes, PAGE_SIZE);
  }

  private void expect(@Nullable Page page, int offset) {
    expectedPage = page;
    expectedOffset = offset;
  }

  private void checkFirstStayed() {
    Page expected = expectedPage;
    if (expected != null
        && (outputSpans.page(0) != expected || outputSpans.offset(0) != expectedOffset)) {
      throw Violations.record("Unsent output moved between two calls of Output.collect().");
    }
  }

  /** Puts a span into a list that its receiver must clear. */
  private static void stain(Spans spans) {
    spans.clear();
    spans.add(STALE, 0, 1, false);
  }

  private static void check(Spans spans, String source) {
    for (int i = 0; i < spans.count(); i++) {
      Page page = spans.page(i);
      if (page == STALE) {
        throw Violations.record(source + " did not clear the list of spans first.");
      }
      int offset = spans.offset(i);
      int length = spans.length(i);
      if (offset < 0 || length < 1 || length > page.size() - offset) {
        throw Violations.record(
            source
                + " gave a span of "
                + length
                + " bytes at "
                + offset
                + " of a page of "
                + page.size()
                + ".");
      }
    }
  }

  /** The socket as a channel, for files. */
  private final class Sink implements WritableByteChannel {
    @Override
    public int write(ByteBuffer from) throws IOException {
      return side.write(from, false);
    }

    @Override
    public boolean isOpen() {
      return !side.isClosed();
    }

    @Override
    public void close() {
      throw new UnsupportedOperationException("The engine closes the socket.");
    }
  }

  private static final class StalePage extends Page {
    StalePage() {
      super(ByteBuffer.allocateDirect(1));
    }
  }
}
