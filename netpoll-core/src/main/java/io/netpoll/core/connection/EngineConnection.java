package io.netpoll.core.connection;

import io.netpoll.CloseCallback;
import io.netpoll.Connection;
import io.netpoll.DetachedSocket;
import io.netpoll.OnRequest;
import io.netpoll.OnWritable;
import io.netpoll.PollerGroup;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.core.execution.Await;
import io.netpoll.internal.Addresses;
import io.netpoll.internal.StackRoom;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;

/**
 * A connection as its users hold it, and as server and client do: settings, addresses, attachment,
 * and the way to its {@linkplain ConnectionParts parts}. Any thread calls its methods.
 */
public final class EngineConnection extends ConnectionParts implements Connection {
  private volatile @Nullable Object attachment;

  // The loop's list of connections. Leader only.
  @Nullable EngineConnection previous;
  @Nullable EngineConnection next;

  public EngineConnection(
      ConnectionLoop loop, ConnectionSettings settings, @Nullable PendingDial dial) {
    super(loop, settings, dial);
  }

  /**
   * Begins to read. For the one that a dial is for, once for the connection that it takes, and
   * before it shows that to a user: from then on callbacks may be called.
   */
  public void begin() {
    if (settings.onClose != null) {
      addCloseCallback(settings.onClose);
    }
    endpoint.start();
  }

  // ---- For server and client -----------------------------------------------------------------

  /** Closes as soon as the current OnRequest has returned, at once if none runs. */
  public void closeWhenIdle() {
    if ((state.set(ConnectionState.CLOSE_WHEN_IDLE) & ConnectionState.CLOSED) == 0) {
      callbacks.signal();
    }
  }

  /**
   * Whether this connection belongs to {@code owner}.
   *
   * @param owner a server
   * @return true if the server accepted it
   */
  public boolean isOwnedBy(ConnectionOwner owner) {
    return settings.owner == owner;
  }

  /**
   * Whether a thread is inside OnPrepare, OnConnect or OnRequest of this connection.
   *
   * @param thread a thread that asked for this, through a task, from wherever it is
   * @return true if it is
   */
  public boolean isRunBy(Thread thread) {
    return callbacks.isOn(thread);
  }

  /**
   * The connection whose OnDisconnect or close callback the calling thread is inside, which is not
   * closed for its owner before that has returned.
   *
   * @param owner a server
   * @return the connection, if the server accepted it; else null
   */
  public static @Nullable EngineConnection endingByCaller(ConnectionOwner owner) {
    EngineConnection ending = CallbackStep.endingByCaller();
    return ending != null && ending.isOwnedBy(owner) ? ending : null;
  }

  /**
   * Whether a read or a flush has ever ended without success because of a timeout or an interrupt:
   * then an answer may still be on its way that belongs to nobody.
   *
   * @return true once that has happened
   */
  public boolean hasGivenUpWaiting() {
    return state.has(ConnectionState.WAIT_ABORTED);
  }

  /**
   * Whether a flush by the calling thread, which is the one that writes, would be refused because
   * it must not wait, and more than the high-water mark is unsent, parts of files apart.
   *
   * @return true on a poll loop's own thread in inline execution, while the peer does not read
   */
  public boolean refusesFlush() {
    return out.takesTooMuch() && !Await.isPermitted();
  }

  /** What arrives at the socket and lets a thread that flushes go on. */
  public Await.Arrivals outgoing() {
    return out;
  }

  // ---- Connection ----------------------------------------------------------------------------

  @Override
  public Reader reader() {
    return in;
  }

  @Override
  public Writer writer() {
    return out;
  }

  @Override
  public boolean isActive() {
    return !state.has(ConnectionState.GONE | ConnectionState.CLOSING) && !in.meetsEnd();
  }

  @Override
  public boolean isOpen() {
    return !state.has(ConnectionState.CLOSING);
  }

  @Override
  public long unsentBytes() {
    return out.pending();
  }

  @Override
  public boolean isWritable() {
    return !state.has(ConnectionState.CLOSING | ConnectionState.FAILED) && !out.isHigh();
  }

  @Override
  public SocketAddress localAddress() {
    return endpoint.handle().localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return endpoint.handle().remoteAddress();
  }

  @Override
  public PollerGroup group() {
    return loop().group();
  }

  @Override
  public void setReadTimeout(Duration timeout) {
    long nanos = ConnectionSettings.nanos("read", timeout);
    in.changeDeadline(before -> before.withTimeout(nanos));
  }

  @Override
  public void setWriteTimeout(Duration timeout) {
    long nanos = ConnectionSettings.nanos("write", timeout);
    out.changeDeadline(before -> before.withTimeout(nanos));
  }

  @Override
  public void setReadDeadline(@Nullable Instant deadline) {
    in.changeDeadline(before -> before.withMoment(deadline));
  }

  @Override
  public void setWriteDeadline(@Nullable Instant deadline) {
    out.changeDeadline(before -> before.withMoment(deadline));
  }

  @Override
  public void setIdleTimeout(Duration timeout) throws IOException {
    ConnectionSettings.nanos("idle", timeout);
    boolean unix = endpoint.handle().localAddress() instanceof UnixDomainSocketAddress;
    if (!unix) {
      for (Map.Entry<SocketOption<?>, Object> option :
          KeepAlive.options(timeout, loop().provider().supportedOptions(false)).entrySet()) {
        set(option.getKey(), option.getValue());
      }
    }
  }

  @Override
  public void setInactivityTimeout(Duration timeout) {
    StackRoom.forAConnection();
    changeInactivityTimeout(ConnectionSettings.nanos("inactivity", timeout));
  }

  <T> void set(SocketOption<T> option, Object value) throws IOException {
    setOption(option, option.type().cast(value));
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    if (state.has(ConnectionState.CLOSED)) {
      throw closedException(() -> "Setting " + option.name() + " on " + peer() + " did nothing");
    }
    endpoint.handle().setOption(option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    if (state.has(ConnectionState.CLOSED)) {
      throw closedException(() -> "Reading " + option.name() + " of " + peer() + " did nothing");
    }
    return endpoint.handle().option(option);
  }

  @Override
  public CompletableFuture<Void> pipeTo(Connection destination) {
    StackRoom.forAConnection();
    if (!(destination instanceof EngineConnection other)) {
      throw new IllegalArgumentException(
          "The destination of a pipe must be a connection of this library, not " + destination);
    }
    Pipe pipe = new Pipe(this, other);
    if (!in.pipeTo(pipe) || !in.keepPipeIf(other.out.pipeFrom(pipe))) {
      throw new IllegalStateException(
          "The pipe from "
              + peer()
              + " to "
              + other.peer()
              + " was refused because one of the two has such a pipe already: pipe each connection"
              + " to one other, and from one other.");
    }
    in.readByLoop();
    callbacks.signal();
    pipe.look();
    return pipe.end();
  }

  @Override
  public void setOnRequest(OnRequest handler) {
    StackRoom.forAConnection();
    callbacks.setOnRequest(handler);
    in.readByLoop();
  }

  @Override
  public void setOnWritable(OnWritable callback) {
    StackRoom.forAConnection();
    callbacks.setOnWritable(callback);
  }

  @Override
  public void addCloseCallback(CloseCallback callback) {
    StackRoom.forAConnection();
    callbacks.addCloseCallback(callback);
  }

  @Override
  public void attach(@Nullable Object object) {
    attachment = object;
  }

  @Override
  public <T> T attachment(Class<T> type) {
    Object attached = attachment;
    if (attached == null) {
      throw new IllegalStateException(
          "Nothing is attached to the connection to "
              + peer()
              + ": attach a "
              + type.getSimpleName()
              + (isDialled() ? " when it is dialled, before" : " in OnPrepare, before")
              + " a callback needs it, or ask by tryAttachment.");
    }
    return type.cast(attached);
  }

  @Override
  public <T> Optional<T> tryAttachment(Class<T> type) {
    Object attached = attachment;
    return type.isInstance(attached) ? Optional.of(type.cast(attached)) : Optional.empty();
  }

  /** Accepted and adopted connections belong to an event loop, and have callbacks from there. */
  private boolean isDialled() {
    return settings.owner == null;
  }

  @Override
  public int read(ByteBuffer destination) throws IOException {
    int count = in.readTo(destination);
    in.release();
    return count;
  }

  @Override
  public int write(ByteBuffer source) throws IOException {
    int count = source.remaining();
    out.writeBinary(source);
    out.flush();
    return count;
  }

  @Override
  public CompletionStage<DetachedSocket> detach() {
    StackRoom.forAConnection();
    if (filter != null) {
      return CompletableFuture.failedStage(
          new IllegalStateException(
              "The connection to "
                  + peer()
                  + " cannot be detached, because it has a filter such as TLS, whose state stays"
                  + " behind: close it, and connect again."));
    }
    return Detachment.begin(this);
  }

  @Override
  public void close() {
    StackRoom.forAConnection();
    closeBecause(0);
    closedByUser();
  }

  @Override
  public void abort() {
    StackRoom.forAConnection();
    reset();
    closedByUser();
  }

  @Override
  public String toString() {
    return "Connection["
        + (endpoint.hasHandle() ? Addresses.text(localAddress()) : "")
        + " - "
        + peer()
        + "]";
  }
}
