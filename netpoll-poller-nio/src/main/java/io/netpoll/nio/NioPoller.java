package io.netpoll.nio;

import io.netpoll.internal.DeferredEvents;
import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.Poller;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.ProtocolFamily;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.nio.ByteBuffer;
import java.nio.channels.SelectionKey;
import java.nio.channels.Selector;
import java.nio.channels.SocketChannel;
import java.nio.channels.UnsupportedAddressTypeException;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * One selector and what it watches. Leader only, except for {@link #wakeup()} and {@link
 * #sending()}.
 *
 * <p>{@link #poll} selects and only writes down what is ready: a select holds the selector's
 * monitor, so nothing that takes time or calls out may happen inside. {@link #dispatch} takes the
 * batch event by event. Batch and cursor are fields, so it does not matter which thread goes on.
 *
 * <p>Beside what the selector finds, a batch holds what is <em>due</em>: the events that handles
 * asked for and that could not be told on the spot, because an endpoint is told from {@code
 * dispatch} only, or because a cancelled key had to be flushed by a select first. Those that come
 * to be due behind the select wait for the next one. While something is due, {@code poll} does not
 * wait.
 *
 * <p>A key that somebody else has cancelled, by closing an adopted channel, leaves the selector
 * without a word. After each select the number of keys tells whether there is one.
 *
 * <p>A wake-up is the selector's own: it ends the select that is running, or else the next one.
 */
final class NioPoller implements Poller {
  private static final int FIRST_BATCH = 64;

  private static final int WASTE_SIZE = 16 << 10;

  private final Selector selector;
  private final Consumer<SelectionKey> collector = new Collector();
  private final Scratch reading = new Scratch();
  private final ScratchCache sending = new ScratchCache();

  /** Made with the poller: no thread of a loop may wait for direct memory. */
  private final ByteBuffer waste = ByteBuffer.allocateDirect(WASTE_SIZE);

  private NioHandle[] batch = new NioHandle[FIRST_BATCH];
  private int[] batchOps = new int[FIRST_BATCH];
  private int batchSize;
  private int cursor;

  /** Handles that asked for an event, in the order in which they did. */
  private final DeferredEvents<NioHandle> due = new DeferredEvents<>();

  /** How many of the due events belong to this batch. */
  private int dueLeft;

  /**
   * The thread in {@link #dispatch}. Plain: a thread only asks whether it is itself, and that it
   * knows without ordering.
   */
  private @Nullable Thread dispatching;

  /** How often the selector has forgotten the keys that were cancelled before. */
  private long selects;

  /** How many handles are watched. */
  private int watched;

  /** The head of the list of all handles. */
  private @Nullable NioHandle handles;

  private boolean closed;

  NioPoller(Selector selector) {
    this.selector = selector;
  }

  @Override
  public int poll(long timeoutNanos) throws IOException {
    checkOpen();
    int left = batchSize - cursor + dueLeft;
    if (left > 0) {
      return left;
    }
    cursor = 0;
    batchSize = 0;
    select(due.isEmpty() ? timeoutNanos : 0);
    selects++;
    if (selector.keys().size() < watched) {
      findLost();
    }
    dueLeft = due.size();
    return batchSize + dueLeft;
  }

  private void findLost() {
    for (NioHandle handle = handles; handle != null; handle = handle.next) {
      handle.loseIfClosed();
    }
  }

  private void select(long timeoutNanos) throws IOException {
    if (timeoutNanos <= 0) {
      selector.selectNow(collector);
    } else if (timeoutNanos == Long.MAX_VALUE) {
      selector.select(collector);
    } else {
      selector.select(collector, roundUpToMillis(timeoutNanos));
    }
  }

  /** Never down, and so never to 0: that would be a busy loop just before a timer is due. */
  static long roundUpToMillis(long nanos) {
    long millis = TimeUnit.NANOSECONDS.toMillis(nanos);
    return TimeUnit.MILLISECONDS.toNanos(millis) == nanos ? millis : millis + 1;
  }

  /** Called by the selector, inside its monitor. */
  private final class Collector implements Consumer<SelectionKey> {
    @Override
    public void accept(SelectionKey key) {
      NioHandle handle = (NioHandle) key.attachment();
      if (handle == null) {
        key.cancel(); // the JDK had no memory to register it to the end
        return;
      }
      int ops = handle.readyOps();
      if (ops != 0) {
        append(handle, ops);
      }
    }
  }

  private void append(NioHandle handle, int ops) {
    if (batchSize == batch.length) {
      NioHandle[] larger = Arrays.copyOf(batch, batchSize * 2);
      batchOps = Arrays.copyOf(batchOps, batchSize * 2);
      batch = larger;
    }
    batch[batchSize] = handle;
    batchOps[batchSize] = ops;
    batchSize++;
  }

  @Override
  public boolean dispatch() {
    dispatching = Thread.currentThread();
    try {
      return dispatchNext();
    } finally {
      dispatching = null;
    }
  }

  private boolean dispatchNext() {
    if (cursor < batchSize) {
      NioHandle handle = batch[cursor];
      int ops = batchOps[cursor];
      batch[cursor] = null;
      cursor++;
      handle.ready(ops);
      return true;
    }
    if (dueLeft == 0) {
      return false;
    }
    dueLeft--;
    NioHandle handle = due.remove();
    if (handle.awaitsSelect()) {
      due.add(handle);
    } else {
      handle.due();
    }
    return true;
  }

  @Override
  public void wakeup() {
    selector.wakeup();
  }

  @Override
  public Handle accept(ListenSocket socket, Map<SocketOption<?>, Object> options, Acceptor acceptor)
      throws IOException {
    checkOpen();
    NioListenSocket listening = own(socket, NioListenSocket.class);
    Map<SocketOption<?>, Object> copy = Options.tryOut(listening, options);
    take(listening.ownership, listening);
    boolean watched = false;
    try {
      Object receiveBuffer = copy.get(StandardSocketOptions.SO_RCVBUF);
      if (receiveBuffer != null) {
        // The window scale is agreed upon before a socket can be accepted and its buffer set.
        listening.channel.setOption(StandardSocketOptions.SO_RCVBUF, (Integer) receiveBuffer);
      }
      ListenHandle handle = new ListenHandle(this, listening, copy, acceptor);
      handle.enter();
      watched = true;
      return handle;
    } finally {
      if (!watched) {
        listening.ownership.give();
      }
    }
  }

  @Override
  public Handle attach(StreamSocket socket, Endpoint endpoint) throws IOException {
    NioStreamSocket stream = own(socket, NioStreamSocket.class);
    take(stream.ownership, stream);
    boolean watched = false;
    try {
      checkOpen();
      StreamHandle handle = StreamHandle.attach(this, stream, endpoint);
      handle.enter();
      watched = true;
      return handle;
    } finally {
      if (!watched) {
        stream.closeChannel(true);
      }
    }
  }

  @Override
  public Handle connect(
      SocketAddress remote,
      @Nullable SocketAddress local,
      Map<SocketOption<?>, Object> options,
      Endpoint endpoint)
      throws IOException {
    checkOpen();
    ProtocolFamily family = Addresses.family(remote);
    Addresses.checkNotAbstract(remote);
    if (local != null) {
      Addresses.checkNotAbstract(local);
      Addresses.checkLocal(local, remote);
    }
    SocketChannel channel = Options.open(family, remote);
    boolean watched = false;
    try {
      channel.configureBlocking(false);
      NioStreamSocket socket = NioStreamSocket.connecting(channel, remote);
      socket.setOptions(options);
      if (local != null) {
        bind(channel, local);
      }
      boolean connected = connect(channel, remote, local);
      StreamHandle handle = StreamHandle.connect(this, socket, endpoint, connected);
      handle.enter();
      if (connected) {
        due(handle);
      }
      watched = true;
      return handle;
    } finally {
      if (!watched) {
        channel.close();
      }
    }
  }

  private static void bind(SocketChannel channel, SocketAddress local) throws IOException {
    try {
      channel.bind(local);
    } catch (IOException e) {
      throw Refused.binding(local, e);
    } catch (UnsupportedAddressTypeException e) {
      throw Refused.version(local, e);
    }
  }

  private static boolean connect(
      SocketChannel channel, SocketAddress remote, @Nullable SocketAddress local)
      throws IOException {
    try {
      return channel.connect(remote);
    } catch (IOException e) {
      throw Refused.connecting(remote, local, e);
    } catch (UnsupportedAddressTypeException e) {
      throw Refused.version(remote, e);
    }
  }

  private static <T> T own(Object socket, Class<T> type) {
    if (!type.isInstance(socket)) {
      throw new IllegalArgumentException("Not a socket of the nio backend: " + socket + ".");
    }
    return type.cast(socket);
  }

  private static void take(Ownership ownership, Object socket) throws IOException {
    if (!ownership.take()) {
      throw new IOException("The socket is closed or watched by a poller already: " + socket + ".");
    }
  }

  private void checkOpen() throws IOException {
    if (closed) {
      throw new IOException("The poller is closed.");
    }
  }

  @Override
  public void close() {
    if (closed) {
      return;
    }
    closed = true;
    for (NioHandle handle = handles; handle != null; handle = handle.next) {
      handle.pollerCloses();
    }
    Arrays.fill(batch, null);
    cursor = 0;
    batchSize = 0;
    due.clear();
    dueLeft = 0;
    try {
      // Lets go of all channels, so that closing them frees their descriptors at once.
      selector.close();
    } catch (IOException closedAnyway) {
      // Nobody could do anything about it.
    }
    Throwable failure = null;
    while (handles != null) {
      try {
        handles.pollerClosed();
      } catch (RuntimeException | Error e) { // the others are closed all the same
        failure = e;
      }
    }
    if (failure instanceof Error error) {
      throw error;
    } else if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  Selector selector() {
    return selector;
  }

  /** Whether the calling thread is the leader, inside {@link #dispatch}. Any thread. */
  boolean isDispatching() {
    return dispatching == Thread.currentThread();
  }

  /** For reads of the leader, inside {@link #dispatch}. */
  Scratch reading() {
    return reading;
  }

  /** For bytes that nobody wants. */
  ByteBuffer waste() {
    return waste;
  }

  /** For whoever sends. Any thread. */
  ScratchCache sending() {
    return sending;
  }

  /** Puts an event of a handle into the next batch, after a select. */
  void due(NioHandle handle) {
    due.add(handle);
  }

  /**
   * Lets the selector forget the keys that were cancelled, now. What it finds ready meanwhile is
   * not kept: readiness is level-triggered and found again. It may swallow a wake-up, so something
   * must be due.
   */
  void flush() {
    try {
      selector.selectNow(key -> {});
      selects++;
    } catch (IOException brokenForGood) {
      // The next poll meets it too, and has somebody to tell.
    }
  }

  long selects() {
    return selects;
  }

  /** One is watched no more. */
  void unwatched() {
    watched--;
  }

  void add(NioHandle handle) {
    watched++;
    handle.next = handles;
    if (handles != null) {
      handles.previous = handle;
    }
    handles = handle;
  }

  void remove(NioHandle handle) {
    if (handle.previous == null) {
      handles = handle.next;
    } else {
      handle.previous.next = handle.next;
    }
    if (handle.next != null) {
      handle.next.previous = handle.previous;
    }
    handle.previous = null;
    handle.next = null;
  }
}
