package io.netpoll.testkit;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import io.netpoll.spi.StreamSocket;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The simplest correct connection: notes its events, reads into a page, sends what is queued. */
final class TestEndpoint implements Endpoint, Input, Output {
  final List<String> events = new ArrayList<>();
  final ByteArrayOutputStream arrived = new ByteArrayOutputStream();
  @Nullable StreamSocket socket;
  boolean wantsInput = true;
  Runnable onDrained = () -> {};

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

  @Override
  public Input input() {
    return this;
  }

  @Override
  public Output output() {
    return this;
  }

  @Override
  public boolean space(Spans into) {
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
  public void take(Page page, int offset, int length) {
    events.add("page");
    append(page, offset, length);
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

  @Override
  public boolean drained() {
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
}
