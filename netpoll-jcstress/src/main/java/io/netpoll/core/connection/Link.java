package io.netpoll.core.connection;

import io.netpoll.OnRequest;
import io.netpoll.buffer.PagePool;
import io.netpoll.core.group.NoSocket;
import io.netpoll.core.group.SteppedHandle;
import io.netpoll.core.group.SteppedLoop;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A connection of a {@link SteppedLoop}: read by hand, or served to its end. */
public final class Link {
  /** Both high-water marks. */
  public static final int MARK = 4;

  private static final Duration LONG = Duration.ofSeconds(10);

  public final SteppedLoop stepped;
  public final EngineConnection connection;

  private Link(
      SteppedLoop stepped,
      Duration readTimeout,
      Duration writeTimeout,
      @Nullable OnRequest handler,
      @Nullable PendingDial dial) {
    this.stepped = stepped;
    ConnectionSettings.Builder settings = new ConnectionSettings.Builder();
    if (handler != null) {
      settings.onRequest(handler);
    }
    settings.readTimeout(readTimeout);
    settings.writeTimeout(writeTimeout);
    settings.inputHighWaterMark(MARK);
    settings.outputHighWaterMark(MARK);
    stepped.loop.reserve();
    connection = new EngineConnection(stepped.loop, settings.build(null), dial);
  }

  /** An established connection; a wait of 10 s that nobody ends fails. */
  public static Link established() {
    return established(LONG);
  }

  public static Link established(Duration readTimeout) {
    return established(readTimeout, LONG);
  }

  public static Link established(Duration readTimeout, Duration writeTimeout) {
    Link link = new Link(SteppedLoop.inline(), readTimeout, writeTimeout, null, null);
    link.connection.endpoint.attach(new NoSocket(), null);
    return link;
  }

  /** One whose callers read the socket themselves, and are inside no read yet. */
  static Link readByCallers() {
    Link link = new Link(SteppedLoop.readByCallers(), LONG, LONG, null, null);
    link.connection.endpoint.attach(new NoSocket(), null);
    return link;
  }

  /** One with a handler, which reads nothing; its poller says when the socket is closed. */
  static Link served() {
    return served(connection -> {});
  }

  static Link served(OnRequest handler) {
    return toItsEnd(handler);
  }

  /** One that is read by hand, and whose poller says when the socket is closed. */
  static Link readByHand() {
    return toItsEnd(null);
  }

  private static Link toItsEnd(@Nullable OnRequest handler) {
    Link link = new Link(SteppedLoop.inline(), LONG, LONG, handler, null);
    link.stepped.poller.tellEnds();
    link.connection.endpoint.attach(new NoSocket(), null);
    return link;
  }

  /** A connection that is being established. */
  static Link dialled(PendingDial dial) {
    Link link = new Link(SteppedLoop.inline(), LONG, LONG, null, dial);
    link.connection.endpoint.connect(InetSocketAddress.createUnresolved("peer", 1), null, Map.of());
    return link;
  }

  public SteppedHandle handle() {
    return (SteppedHandle) Objects.requireNonNull(connection.endpoint.handle());
  }

  /** Receives bytes, as the loop's leader; returns false if none are wanted. */
  public boolean receive(int... bytes) {
    PagePool pool = PagePool.shared();
    pool.give(pool.take(4096)); // so that this thread has memory at hand
    Spans spans = new Spans(2);
    if (!connection.in.space(spans)) {
      return false;
    }
    ByteBuffer space = spans.buffer(0);
    for (int each : bytes) {
      space.put((byte) each);
    }
    connection.in.filled(bytes.length);
    return true;
  }

  /** Does what the loop and its poller were asked to do, to the end. */
  void settle() {
    stepped.lead();
    if (handle().isDetaching()) {
      connection.endpoint.detached(new NoSocket());
    } else if (handle().isClosed()) {
      connection.endpoint.closed();
    }
    stepped.lead();
  }

  /** Drops the input chain if it is empty, as the loop's leader. */
  void drop() {
    stepped.loop.inputCache().remove(connection.in);
  }

  /** Writes and flushes bytes, as the writing thread. */
  public void write(int bytes) throws IOException {
    for (int i = 0; i < bytes; i++) {
      connection.out.writeByte(i);
    }
    connection.out.flush();
  }
}
