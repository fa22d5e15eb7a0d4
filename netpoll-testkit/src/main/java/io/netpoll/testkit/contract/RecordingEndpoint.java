package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import io.netpoll.spi.StreamSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * A connection that writes down what it is told, and checks that it is told so by the rules: from
 * within dispatch only, one {@code filled} for each {@code space}, nothing outside the space that
 * was offered, nothing after the last event.
 */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public final class RecordingEndpoint implements Endpoint, Input, Output {
  /** What was told, but for input. */
  public final List<String> events = new ArrayList<>();

  /** How much each read brought. */
  public final List<Integer> reads = new ArrayList<>();

  /** All that arrived. */
  public final ByteArrayOutputStream received = new ByteArrayOutputStream();

  /** The handle, once {@link PollerStage} has it. */
  public @Nullable Handle handle;

  /** Why the socket failed. */
  public @Nullable IOException failure;

  /** Runs behind each read. */
  public Runnable onFilled = () -> {};

  /** Runs whenever output is asked for, on the thread that sends. */
  public Runnable onCollect = () -> {};

  /** Runs when something is told that is not input, behind noting it; what it throws is thrown. */
  public Runnable onTold = () -> {};

  /** Runs when the next event has sent all, once: something flushed at the last moment. */
  public Runnable onDrained = () -> {};

  /** Gives the output token back, and says whether output is watched no longer. */
  public BooleanSupplier release = () -> !hasUnsent();

  /** Whether {@code space} offers any. */
  public boolean wantsInput = true;

  /** How often it was told that the peer has reset the connection while input was paused. */
  public int resets;

  /** How often the output token came back from the poller. */
  public volatile int drains;

  private static final int CALLS_PER_EVENT = 16;

  private final Page[] space;
  private boolean paused;
  private boolean wasOffered;
  private final UnsentPieces unsent = new UnsentPieces();
  private boolean offered;
  private @Nullable PollerStage stage;
  private @Nullable StreamSocket detached;

  /** Offers one span of 4 KiB. */
  public RecordingEndpoint() {
    this(1, 4096);
  }

  /**
   * Offers space of a certain shape.
   *
   * @param spans how many
   * @param spanSize the size of each
   */
  public RecordingEndpoint(int spans, int spanSize) {
    space = new Page[spans];
    for (int i = 0; i < spans; i++) {
      space[i] = new PlainPage(spanSize + 2);
    }
  }

  /**
   * The handle.
   *
   * @return never null
   */
  public Handle handle() {
    Handle known = handle;
    if (known == null) {
      throw new AssertionError("The endpoint is not watched.");
    }
    return known;
  }

  /**
   * The socket that was detached.
   *
   * @return never null
   */
  public StreamSocket detached() {
    StreamSocket known = detached;
    if (known == null) {
      throw new AssertionError("The endpoint was not told of a detached socket.");
    }
    return known;
  }

  /**
   * All that arrived, as text.
   *
   * @return decoded as UTF-8
   */
  public String text() {
    return received.toString(StandardCharsets.UTF_8);
  }

  /**
   * Whether the last event has come.
   *
   * @return true after {@code closed} or {@code detached}
   */
  public boolean isOver() {
    return events.contains("closed") || events.contains("detached");
  }

  /**
   * Flushes, without sending. Any thread.
   *
   * @param page holds the bytes; may be queued more than once
   * @param offset where they start
   * @param length how many
   */
  public void write(Page page, int offset, int length) {
    unsent.add(page, offset, length);
  }

  /**
   * Flushes a text, without sending. Any thread.
   *
   * @param text encoded as UTF-8
   */
  public void write(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    write(PlainPage.of(bytes), 0, bytes.length);
  }

  /**
   * Whether something was flushed and not sent. Any thread.
   *
   * @return true if it was
   */
  public boolean hasUnsent() {
    return !unsent.isEmpty();
  }

  void enter(PollerStage where) {
    stage = where;
  }

  private void checkTold(String event) {
    assertThat(stage != null && stage.isTelling()).as("%s within dispatch", event).isTrue();
    assertThat(isOver()).as("%s after %s", event, events).isFalse();
  }

  private void told(String event) {
    checkTold(event);
    assertThat(offered).as("%s between space and filled", event).isFalse();
    events.add(event);
    onTold.run();
  }

  @Override
  public void connected() {
    assertThat(events).as("before connected").isEmpty();
    told("connected");
  }

  @Override
  public void failed(IOException cause) {
    failure = cause;
    told("failed");
  }

  @Override
  public void closed() {
    told("closed");
  }

  @Override
  public void detached(StreamSocket socket) {
    detached = socket;
    told("detached");
  }

  private void checkInput(String event) {
    checkTold(event);
    assertThat(events).as("%s after %s", event, events).doesNotContain("ended", "failed");
  }

  @Override
  public boolean space(Spans into) {
    checkInput("space");
    assertThat(offered).as("space twice").isFalse();
    wasOffered = wantsInput;
    if (!wantsInput) {
      return false;
    }
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
    assertThat(offered).as("filled without space").isTrue();
    offered = false;
    int left = bytes;
    for (Page page : space) {
      int size = page.size() - 2;
      assertThat(page.memory().get(0)).as("byte before the space").isZero();
      assertThat(page.memory().get(size + 1)).as("byte behind the space").isZero();
      left -= receive(page, 1, Math.min(left, size));
    }
    reads.add(bytes);
    onFilled.run();
  }

  @Override
  public void received(Page page, int offset, int length, boolean last) {
    checkInput("received");
    assertThat(length).isPositive();
    reads.add(receive(page, offset, length));
    if (stage != null && last) {
      stage.pages().give(page);
    }
    onFilled.run();
  }

  @Override
  public void outOfPages() {
    throw new AssertionError("The pages of the stage have no limit.");
  }

  private int receive(Page page, int offset, int length) {
    byte[] part = new byte[length];
    page.memory().get(offset, part);
    received.writeBytes(part);
    return length;
  }

  @Override
  public void ended() {
    checkInput("ended");
    told("ended");
  }

  @Override
  public void wasReset() {
    checkInput("reset");
    resets++;
    onTold.run();
  }

  @Override
  public int collect(Spans into) {
    onCollect.run();
    return unsent.collect(into);
  }

  @Override
  public void sent(int bytes) {
    unsent.sent(bytes);
  }

  /** Reads as the engine does: until a read does not fill the space, or 16 times. */
  @Override
  public void readable(boolean ending) {
    checkInput("readable");
    paused = false;
    for (int i = 0; i < CALLS_PER_EVENT && !paused; i++) {
      int read;
      try {
        read = handle().receive(this);
      } catch (ClosedChannelException closedMeanwhile) {
        return;
      } catch (IOException e) {
        failure = e;
        told("failed");
        return;
      }
      if (read < 0) {
        told("ended");
        return;
      }
      if (!wasOffered) {
        pause();
        return;
      }
      if (read < size() && (read == 0 || !ending)) {
        return;
      }
    }
  }

  private int size() {
    int size = 0;
    for (Page page : space) {
      size += page.size() - 2;
    }
    return size;
  }

  /** Has input reported no more. The leader. */
  public void pause() {
    paused = true;
    handle().pauseInput();
  }

  /** Has input reported. The leader. */
  public void resume() {
    handle().resumeInput();
  }

  /** Sends as the engine does that has output watched. */
  @Override
  public void writable() {
    checkTold("writable");
    try {
      if (handle().send(this, CALLS_PER_EVENT) && drained()) {
        handle().ignoreOutput();
      }
    } catch (IOException e) {
      failure = e;
      told("failed");
    }
  }

  private boolean drained() {
    Runnable late = onDrained;
    onDrained = () -> {};
    late.run();
    drains++;
    return release.getAsBoolean();
  }

  /**
   * Sends until nothing is left or the socket is full. The thread that has the output token.
   *
   * @return whether nothing is left
   * @throws IOException if the socket is broken
   */
  public boolean send() throws IOException {
    return handle().send(this, Integer.MAX_VALUE);
  }
}
