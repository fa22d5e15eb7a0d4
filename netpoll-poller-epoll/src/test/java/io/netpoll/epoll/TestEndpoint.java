package io.netpoll.epoll;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import io.netpoll.spi.Page;
import io.netpoll.spi.SourceFile;
import io.netpoll.spi.Spans;
import io.netpoll.spi.StreamSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/**
 * A connection that writes down what it is told, and checks that it is told so by the rules: one
 * {@code filled} for each {@code space}, nothing before it has a right to come, nothing after the
 * last event.
 */
final class TestEndpoint implements Endpoint, Input, Output {
  /** What was told, but for {@code space} and {@code filled}. */
  final List<String> events = new ArrayList<>();

  /** How much each read brought. */
  final List<Integer> reads = new ArrayList<>();

  final ByteArrayOutputStream received = new ByteArrayOutputStream();
  @Nullable Handle handle;
  @Nullable IOException failure;
  @Nullable StreamSocket detached;

  /** Run when the endpoint was told of input. */
  Runnable onFilled = () -> {};

  /** Run whenever output is asked for. */
  Runnable onCollect = () -> {};

  /** A file to send in place of what was written. */
  @Nullable SourceFile file;

  /** Run at the next {@code drained}, once: something flushed at the last moment. */
  Runnable onDrained = () -> {};

  boolean wantsInput = true;
  boolean dispatching;
  int drains;

  private final Page[] space;
  private boolean offered;
  private boolean wasOffered;

  private record Segment(Page page, int offset, int length) {}

  private final ConcurrentLinkedQueue<Segment> unsent = new ConcurrentLinkedQueue<>();
  private int sentOfFirst;

  TestEndpoint() {
    this(1, 4096);
  }

  TestEndpoint(int spans, int spanSize) {
    space = new Page[spans];
    for (int i = 0; i < spans; i++) {
      space[i] = new TestPage(spanSize + 2);
    }
  }

  Handle handle() {
    return Objects.requireNonNull(handle);
  }

  String text() {
    return received.toString(StandardCharsets.UTF_8);
  }

  /** Flushes, without sending. */
  void write(Page page, int offset, int length) {
    unsent.add(new Segment(page, offset, length));
  }

  void write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    write(TestPage.of(bytes), 0, bytes.length);
  }

  private void told(String event) {
    assertThat(dispatching).as("%s outside dispatch and close", event).isTrue();
    assertThat(events).doesNotContain("closed", "detached");
    events.add(event);
  }

  @Override
  public void connected() {
    told("connected");
  }

  @Override
  public void failed(IOException cause) {
    told("failed");
    failure = cause;
  }

  @Override
  public void wasReset() {
    told("reset");
  }

  @Override
  public void closed() {
    told("closed");
  }

  @Override
  public void detached(StreamSocket socket) {
    told("detached");
    detached = socket;
  }

  @Override
  public boolean space(Spans into) {
    assertThat(dispatching).isTrue();
    assertThat(offered).isFalse();
    assertThat(events).doesNotContain("ended", "failed", "closed", "detached");
    if (!wantsInput) {
      return false;
    }
    wasOffered = true;
    into.clear();
    for (int i = 0; i < space.length; i++) {
      // The first and last byte of a page are not offered, and must stay as they are.
      into.add(space[i], 1, space[i].size() - 2, i % 2 == 0);
    }
    offered = true;
    return true;
  }

  @Override
  public void filled(int bytes) {
    assertThat(offered).isTrue();
    offered = false;
    reads.add(bytes);
    int left = bytes;
    for (Page page : space) {
      int size = page.size() - 2;
      assertThat(page.memory().get(0)).isZero();
      assertThat(page.memory().get(size + 1)).isZero();
      byte[] part = new byte[Math.min(left, size)];
      page.memory().get(1, part);
      received.writeBytes(part);
      left -= part.length;
    }
    onFilled.run();
  }

  @Override
  public void received(Page page, int offset, int length, boolean last) {
    throw new AssertionError("The epoll backend has no pages of its own.");
  }

  @Override
  public void outOfPages() {
    throw new AssertionError("The epoll backend has no pages of its own.");
  }

  @Override
  public void ended() {
    told("ended");
  }

  @Override
  public int collect(Spans into) {
    onCollect.run();
    into.clear();
    SourceFile sending = file;
    if (sending != null) {
      into.add(sending, 0, sentOfFirst == 0 ? 6 : 0);
      return into.bytes();
    }
    int skip = sentOfFirst;
    Iterator<Segment> segments = unsent.iterator();
    while (segments.hasNext() && into.hasRoom()) {
      Segment segment = segments.next();
      // A page may be queued more than once here, and one window cannot serve two spans.
      into.add(segment.page, segment.offset + skip, segment.length - skip, false);
      skip = 0;
    }
    return into.bytes();
  }

  @Override
  public void sent(int bytes) {
    if (file != null) {
      sentOfFirst += bytes;
      return;
    }
    int left = bytes + sentOfFirst;
    while (!unsent.isEmpty() && left >= unsent.element().length) {
      left -= unsent.remove().length;
    }
    sentOfFirst = left;
  }

  private boolean drained() {
    assertThat(dispatching).isTrue();
    drains++;
    Runnable late = onDrained;
    onDrained = () -> {};
    late.run();
    return unsent.isEmpty();
  }

  private int size() {
    int size = 0;
    for (Page page : space) {
      size += page.size() - 2;
    }
    return size;
  }

  /** Reads as the engine does. */
  @Override
  public void readable(boolean ending) {
    for (int i = 0; i < 16; i++) {
      wasOffered = false;
      int read;
      try {
        read = handle().receive(this);
      } catch (ClosedChannelException closedMeanwhile) {
        return;
      } catch (IOException e) {
        failed(e);
        return;
      }
      if (read < 0) {
        ended();
        return;
      }
      if (!wasOffered) {
        handle().pauseInput();
        return;
      }
      if (read < size() && (read == 0 || !ending)) {
        return;
      }
    }
  }

  /** Sends as the engine does that has output watched. */
  @Override
  public void writable() {
    try {
      if (handle().send(this, 16) && drained()) {
        handle().ignoreOutput();
      }
    } catch (IOException e) {
      failed(e);
    }
  }

  boolean send() throws IOException {
    return handle().send(this, Integer.MAX_VALUE);
  }
}
