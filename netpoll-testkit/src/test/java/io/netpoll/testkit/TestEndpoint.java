package io.netpoll.testkit;

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
import java.util.Objects;
import java.util.function.Predicate;
import java.util.function.ToIntFunction;
import org.jspecify.annotations.Nullable;

/** The simplest correct connection: notes its events, reads into a page, sends what is queued. */
final class TestEndpoint implements Endpoint, Input, Output {
  final List<String> events = new ArrayList<>();
  final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
  @Nullable StreamSocket socket;
  boolean wantsInput = true;
  Runnable onDrained = () -> {};

  @Nullable Handle handle;

  /** In the place of {@code space}. */
  @Nullable Predicate<Spans> onSpace;

  /** In the place of {@code collect}. */
  @Nullable ToIntFunction<Spans> onCollect;

  private boolean wasOffered;
  private final Page space = new TestPage(8);
  private Page output = new TestPage(1);
  private int sent = 1;

  /** Queues output behind nothing: what was queued before must be sent. */
  void queue(String text) {
    output = TestPage.of(text.getBytes(StandardCharsets.UTF_8));
    sent = 0;
  }

  String arrivedText() {
    return arrived.toString(StandardCharsets.UTF_8);
  }

  private Handle handle() {
    return Objects.requireNonNull(handle);
  }

  @Override
  public boolean space(Spans into) {
    wasOffered = wantsInput;
    Predicate<Spans> replaced = onSpace;
    if (replaced != null) {
      return replaced.test(into);
    }
    into.clear();
    if (wantsInput) {
      into.add(space, 0, 3, true);
      into.add(space, 3, 5, false);
    }
    return wantsInput;
  }

  @Override
  public void filled(int bytes) {
    append(space, 0, bytes);
  }

  @Override
  public void received(Page page, int offset, int length, boolean last) {
    events.add(last ? "page" : "part");
    append(page, offset, length);
  }

  @Override
  public void outOfPages() {
    events.add("out of pages");
  }

  private void append(Page page, int offset, int length) {
    byte[] bytes = new byte[length];
    page.memory().get(offset, bytes);
    arrived.writeBytes(bytes);
  }

  @Override
  public void ended() {
    events.add("ended");
  }

  @Override
  public int collect(Spans into) {
    ToIntFunction<Spans> replaced = onCollect;
    if (replaced != null) {
      return replaced.applyAsInt(into);
    }
    into.clear();
    int left = output.size() - sent;
    if (left > 0) {
      into.add(output, sent, left, true);
    }
    return left;
  }

  @Override
  public void sent(int bytes) {
    sent += bytes;
  }

  private boolean drained() {
    events.add("drained");
    onDrained.run();
    return true;
  }

  @Override
  public void connected() {
    events.add("connected");
  }

  @Override
  public void failed(IOException cause) {
    events.add("failed: " + cause.getMessage());
  }

  @Override
  public void wasReset() {
    events.add("reset");
  }

  @Override
  public void closed() {
    events.add("closed");
  }

  @Override
  public void detached(StreamSocket socket) {
    this.socket = socket;
    events.add("detached");
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
      if (read < 8 && (read == 0 || !ending)) {
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
