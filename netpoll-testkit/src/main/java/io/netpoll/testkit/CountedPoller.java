package io.netpoll.testkit;

import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.Input;
import io.netpoll.spi.InputWait;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.Output;
import io.netpoll.spi.Page;
import io.netpoll.spi.Poller;
import io.netpoll.spi.Spans;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.EnumSet;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A poller that does what another one does, and counts it. Called as a poller is; what the methods
 * that are not a poller's tell may be asked by any thread.
 */
final class CountedPoller implements Poller {
  private final Poller poller;
  private final CountedPages pages;
  private final AtomicInteger streams = new AtomicInteger();
  private final AtomicInteger listeners = new AtomicInteger();

  /** What is counted. */
  final PollCount count;

  /**
   * The thread in {@link #dispatch}; a send by any other is no event of the poller's. Plain: a
   * thread only asks whether it is itself, and that it knows without ordering.
   */
  private @Nullable Thread dispatching;

  private volatile boolean closed;

  /** The poller whose polls are counted. */
  Poller counted() {
    return poller;
  }

  CountedPoller(Poller poller, CountedPages pages, PollCount count) {
    this.poller = poller;
    this.pages = pages;
    this.count = count;
  }

  /** The connected or connecting sockets that have not had their last event. */
  int streams() {
    return streams.get();
  }

  /** The listening sockets that have not had their last event. */
  int listeners() {
    return listeners.get();
  }

  /** How many pages the poller has taken, and neither given back nor handed over. */
  int pages() {
    return pages.kept();
  }

  boolean isClosed() {
    return closed;
  }

  @Override
  public int poll(long timeoutNanos) throws IOException {
    count.begins(timeoutNanos);
    boolean returned = false;
    try {
      int found = poller.poll(timeoutNanos);
      count.returns(found);
      returned = true;
      return found;
    } finally {
      if (!returned) {
        count.fails();
      }
    }
  }

  @Override
  public boolean dispatch() {
    long before = count.told();
    dispatching = Thread.currentThread();
    boolean one;
    try {
      one = poller.dispatch();
    } finally {
      dispatching = null;
    }
    if (one && count.told() == before) {
      count.tookInVain();
    }
    return one;
  }

  @Override
  public void wakeup() {
    count.wakes();
    poller.wakeup();
  }

  @Override
  public Handle accept(ListenSocket socket, Map<SocketOption<?>, Object> options, Acceptor acceptor)
      throws IOException {
    Handle handle = poller.accept(socket, options, new CountedAcceptor(acceptor));
    count.watches();
    listeners.incrementAndGet();
    return new CountedHandle(handle, new Life());
  }

  @Override
  public Handle attach(StreamSocket socket, Endpoint endpoint) throws IOException {
    Life life = new Life();
    Handle handle = poller.attach(socket, new CountedEndpoint(endpoint, life));
    count.watches();
    streams.incrementAndGet();
    return new CountedHandle(handle, life);
  }

  @Override
  public Handle connect(
      SocketAddress remote,
      @Nullable SocketAddress local,
      Map<SocketOption<?>, Object> options,
      Endpoint endpoint)
      throws IOException {
    Life life = new Life();
    Handle handle = poller.connect(remote, local, options, new CountedEndpoint(endpoint, life));
    count.watches();
    streams.incrementAndGet();
    return new CountedHandle(handle, life);
  }

  @Override
  public void close() {
    try {
      poller.close();
    } finally {
      closed = true;
    }
  }

  /** What happens once in the life of a socket. */
  private enum Once {
    CONNECTED,
    ENDED,
    FAILED,
    CLOSE,
    OVER
  }

  /** What happened to a socket. Leader only. */
  private final class Life {
    private final Set<Once> told = EnumSet.noneOf(Once.class);

    /** Whether the poller is to send what is left. */
    private boolean sends;

    /** Whether the poller looks for the end of the input only. */
    private boolean endOnly;

    void watchesEnd(boolean now) {
      if (endOnly != now) {
        endOnly = now;
        count.tells(); // the event that led to it was not in vain
      }
    }

    void tells(Once once) {
      if (told.add(once)) {
        count.tells();
      }
    }
  }

  private final class CountedHandle implements Handle {
    private final Handle handle;
    private final Life life;
    private final CountedOutput output = new CountedOutput();

    CountedHandle(Handle handle, Life life) {
      this.handle = handle;
      this.life = life;
    }

    @Override
    public int receive(Input into) throws IOException {
      try {
        int read = handle.receive(into);
        if (read > 0 && isDispatching()) {
          count.tells();
        } else if (read < 0) {
          life.tells(Once.ENDED);
        }
        return read;
      } catch (IOException e) {
        life.tells(Once.FAILED);
        throw e;
      }
    }

    @Override
    public boolean send(Output from, int calls) throws IOException {
      output.from = from;
      try {
        return handle.send(output, calls);
      } catch (IOException e) {
        life.tells(Once.FAILED);
        throw e;
      }
    }

    @Override
    public void watchOutput() {
      life.sends = true;
      handle.watchOutput();
    }

    @Override
    public void ignoreOutput() {
      if (life.sends) {
        life.sends = false;
        count.tells();
      }
      handle.ignoreOutput();
    }

    @Override
    public void pauseInput() {
      life.watchesEnd(false);
      handle.pauseInput();
    }

    @Override
    public void resumeInput() {
      life.watchesEnd(false);
      handle.resumeInput();
    }

    @Override
    public void watchEnd() {
      life.watchesEnd(true);
      handle.watchEnd();
    }

    @Override
    public boolean awaitInput(InputWait wait, long nanos) {
      return handle.awaitInput(wait, nanos);
    }

    @Override
    public int discardInput() {
      return handle.discardInput();
    }

    @Override
    public void shutdownOutput() throws IOException {
      handle.shutdownOutput();
    }

    @Override
    public void close() {
      life.tells(Once.CLOSE);
      handle.close();
    }

    @Override
    public void abort() {
      life.tells(Once.CLOSE);
      handle.abort();
    }

    @Override
    public void detach() {
      life.tells(Once.CLOSE);
      handle.detach();
    }

    @Override
    public <T> void setOption(SocketOption<T> option, T value) throws IOException {
      handle.setOption(option, value);
    }

    @Override
    public <T> T option(SocketOption<T> option) throws IOException {
      return handle.option(option);
    }

    @Override
    public SocketAddress localAddress() {
      return handle.localAddress();
    }

    @Override
    public SocketAddress remoteAddress() {
      return handle.remoteAddress();
    }

    @Override
    public String toString() {
      return handle.toString();
    }
  }

  private final class CountedAcceptor implements Acceptor {
    private final Acceptor acceptor;

    CountedAcceptor(Acceptor acceptor) {
      this.acceptor = acceptor;
    }

    @Override
    public void accepted(StreamSocket socket) {
      count.tells();
      acceptor.accepted(socket);
    }

    @Override
    public void failed(IOException cause) {
      acceptor.failed(cause);
    }

    @Override
    public void closed() {
      count.tells();
      listeners.decrementAndGet();
      acceptor.closed();
    }
  }

  private boolean isDispatching() {
    return dispatching == Thread.currentThread();
  }

  /** What a thread sends at a time, which holds the token. */
  private final class CountedOutput implements Output {
    private @Nullable Output from;

    @Override
    public int collect(Spans into) {
      return Objects.requireNonNull(from).collect(into);
    }

    @Override
    public void sent(int bytes) {
      if (bytes > 0 && isDispatching()) {
        count.tells();
      }
      Objects.requireNonNull(from).sent(bytes);
    }
  }

  private final class CountedEndpoint implements Endpoint {
    private final Endpoint endpoint;
    private final Life life;

    CountedEndpoint(Endpoint endpoint, Life life) {
      this.endpoint = endpoint;
      this.life = life;
    }

    @Override
    public void readable(boolean ending) {
      endpoint.readable(ending);
    }

    @Override
    public void writable() {
      endpoint.writable();
    }

    @Override
    public void received(Page page, int offset, int length, boolean last) {
      count.tells();
      if (last) {
        pages.handedOver(page);
      }
      endpoint.received(page, offset, length, last);
    }

    @Override
    public void outOfPages() {
      endpoint.outOfPages();
    }

    @Override
    public void ended() {
      life.tells(Once.ENDED);
      endpoint.ended();
    }

    @Override
    public void connected() {
      life.tells(Once.CONNECTED);
      endpoint.connected();
    }

    @Override
    public void failed(IOException cause) {
      life.tells(Once.FAILED);
      endpoint.failed(cause);
    }

    @Override
    public void wasReset() {
      endpoint.wasReset();
    }

    @Override
    public void closed() {
      life.tells(Once.OVER);
      streams.decrementAndGet();
      endpoint.closed();
    }

    @Override
    public void detached(StreamSocket socket) {
      life.tells(Once.OVER);
      streams.decrementAndGet();
      endpoint.detached(socket);
    }
  }
}
