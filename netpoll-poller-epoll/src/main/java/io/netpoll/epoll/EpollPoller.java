package io.netpoll.epoll;

import io.netpoll.internal.DeferredEvents;
import io.netpoll.spi.Acceptor;
import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Handle;
import io.netpoll.spi.ListenSocket;
import io.netpoll.spi.Poller;
import io.netpoll.spi.StreamSocket;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One epoll set and what it watches, level-triggered. Leader only, except for {@link #wakeup()} and
 * {@link #sending()}.
 *
 * <p>{@link #poll} waits, and the system fills the event array; {@link #dispatch} takes it event by
 * event. Array and cursor are fields, so it does not matter which thread goes on.
 *
 * <p>Behind what the wait has found, a batch holds what is <em>due</em>: the events that handles
 * asked for and that could not be told on the spot, because an endpoint is told from {@code
 * dispatch} only, or, for a close, because other events of the batch came first. Those that come to
 * be due while others are told wait for the next batch. While something is due, {@code poll} does
 * not wait.
 *
 * <p>A descriptor leaves the set when it is closed, unless somebody else holds the same open
 * socket: then its events go on, for nobody, and no call can stop them. So what may be shared
 * leaves the set before. What is shared without anybody's knowing, as with a process that is being
 * started, is noticed by its events, and the set is replaced by a new one.
 */
final class EpollPoller implements Poller {
  /** How many events one wait takes; more are found by the next. */
  private static final int BATCH = 1024;

  private static final int DISCARD_SIZE = 64 * 1024;

  /** Takes what nobody wants to read, for all pollers at once: it is never read here either. */
  private static final Memory DISCARDED = Memory.malloc(DISCARD_SIZE);

  /** So many events for nobody are put up with before the set is replaced. */
  private static final int STRAYS = 16;

  private int epoll;
  private final WakeUp wakeUp;
  private final EventArray events = new EventArray(BATCH);
  private final EventArray control = new EventArray(1);
  private final Memory memory = Memory.allocate(Addresses.SIZE);
  private final Scratch reading = Scratch.make();
  private final ScratchCache sending = new ScratchCache();
  private final HandleTable handles = new HandleTable();

  /** Events, since the set is this one, of descriptors that are closed here and open elsewhere. */
  private int strays;

  private int batchSize;
  private int cursor;

  /** Handles that asked for an event, in the order in which they did. */
  private final DeferredEvents<EpollHandle> due = new DeferredEvents<>();

  /** How many of the due events belong to this batch; not decided while there are others. */
  private int dueLeft;

  private boolean dueDecided = true;

  /**
   * The thread in {@link #dispatch}. Plain: a thread only asks whether it is itself, and that it
   * knows without ordering.
   */
  private @Nullable Thread dispatching;

  private boolean closed;

  private EpollPoller(int epoll, WakeUp wakeUp) {
    this.epoll = epoll;
    this.wakeUp = wakeUp;
  }

  static EpollPoller open() throws IOException {
    int epoll = Libc.epollCreate(Libc.EPOLL_CLOEXEC);
    if (epoll < 0) {
      throw Errno.exception("epoll_create1", -epoll);
    }
    WakeUp wakeUp = null;
    boolean opened = false;
    try {
      wakeUp = WakeUp.open();
      EpollPoller poller = new EpollPoller(epoll, wakeUp);
      int result = poller.watchWakeUp();
      if (result < 0) {
        throw Errno.exception("epoll_ctl", -result);
      }
      opened = true;
      return poller;
    } finally {
      if (!opened) {
        if (wakeUp != null) {
          wakeUp.close();
        }
        Libc.close(epoll);
      }
    }
  }

  @Override
  public int poll(long timeoutNanos) throws IOException {
    checkOpen();
    int left = batchSize - cursor + (dueDecided ? dueLeft : due.size());
    if (left > 0) {
      return left;
    }
    cursor = 0;
    batchSize = 0;
    // To replace the set takes a call for each handle: as long as that, events for nobody may take.
    if (strays >= STRAYS + handles.size() / STRAYS) {
      replaceSet();
    }
    batchSize = await(due.isEmpty() ? millis(timeoutNanos) : 0);
    dueDecided = false;
    if (wakeUp.isPending()) {
      removeWakeUp();
    }
    return batchSize + due.size();
  }

  private int await(int timeoutMillis) throws IOException {
    int result = Libc.epollWait(epoll, events.address(), events.capacity, timeoutMillis);
    if (result == -Errno.EINTR) {
      // The caller knows how much time is left.
      return 0;
    }
    if (result < 0) {
      throw Errno.exception("epoll_wait", -result);
    }
    return result;
  }

  /**
   * Goes on with a set that has the handles alone. A wake-up that the old one would have told is
   * told by the new one, since nobody reads the eventfd.
   */
  private void replaceSet() {
    strays = 0;
    int old = epoll;
    int fresh = Libc.epollCreate(Libc.EPOLL_CLOEXEC);
    if (fresh < 0) {
      return; // for want of descriptors; it is tried again after as many events
    }
    epoll = fresh;
    if (watchWakeUp() < 0) {
      epoll = old;
      Libc.close(fresh);
      return;
    }
    for (int slot = 0; slot < handles.size(); slot++) {
      EpollHandle handle = handles.at(slot);
      if (handle != null) {
        handle.moveToNewSet();
      }
    }
    Libc.close(old);
  }

  private int watchWakeUp() {
    return control(Libc.EPOLL_CTL_ADD, wakeUp.fd(), Libc.EPOLLIN | Libc.EPOLLET, WakeUp.DATA);
  }

  /** Rounded up, so never to 0: that would be a busy loop just before a timer is due. */
  static int millis(long nanos) {
    if (nanos <= 0) {
      return 0;
    }
    if (nanos == Long.MAX_VALUE) {
      return -1;
    }
    long millis = TimeUnit.NANOSECONDS.toMillis(nanos - 1) + 1;
    return (int) Math.min(millis, Integer.MAX_VALUE);
  }

  private void removeWakeUp() {
    for (int i = 0; i < batchSize; i++) {
      if (events.data(i) == WakeUp.DATA) {
        batchSize--;
        events.set(i, events.events(batchSize), events.data(batchSize));
        wakeUp.taken();
        return;
      }
    }
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
      long data = events.data(cursor);
      int found = events.events(cursor);
      cursor++;
      EpollHandle handle = handles.find(data);
      if (handle != null) {
        handle.ready(found);
      } else if (data != WakeUp.DATA) {
        strays++; // a handle loses its place between batches only, when it has been closed
      }
      return true;
    }
    if (!dueDecided) {
      dueDecided = true;
      dueLeft = due.size();
    }
    if (dueLeft == 0) {
      return false;
    }
    dueLeft--;
    due.remove().due();
    return true;
  }

  @Override
  public void wakeup() {
    wakeUp.signal();
  }

  @Override
  public Handle accept(ListenSocket socket, Map<SocketOption<?>, Object> options, Acceptor acceptor)
      throws IOException {
    checkOpen();
    EpollListenSocket listening = own(socket, EpollListenSocket.class);
    List<Options.Setting> settings = Options.forAccepting(options, listening.unix);
    take(listening.descriptor);
    boolean watched = false;
    ListenHandle handle = null;
    try {
      handle = ListenHandle.open(this, listening, acceptor, settings);
      handles.add(handle);
      handle.start();
      watched = true;
      return handle;
    } finally {
      if (!watched) {
        if (handle != null) {
          handles.remove(handle);
        }
        listening.descriptor.give();
      }
    }
  }

  @Override
  public Handle attach(StreamSocket socket, Endpoint endpoint) throws IOException {
    EpollStreamSocket stream = own(socket, EpollStreamSocket.class);
    take(stream.descriptor);
    boolean watched = false;
    try {
      checkOpen();
      StreamHandle handle = StreamHandle.connected(this, stream, endpoint);
      handles.add(handle);
      watched = true;
      return handle;
    } finally {
      if (!watched) {
        stream.close(true, memory);
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
    Addresses.check(remote);
    if (local != null) {
      Addresses.check(local);
      Addresses.checkLocal(local, remote);
    }
    List<Options.Setting> settings = Options.forStreams(options, Addresses.isUnix(remote));
    int family = Addresses.family(remote);
    int fd = Sockets.open(family, remote);
    EpollStreamSocket socket = null;
    boolean watched = false;
    StreamHandle handle = null;
    try {
      socket = EpollStreamSocket.connecting(fd, remote);
      for (Options.Setting setting : settings) {
        socket.setOption(setting, memory);
      }
      if (local != null) {
        Sockets.bindLocal(fd, family, local, memory);
      }
      boolean connected = Sockets.connect(fd, family, remote, local, memory);
      handle = StreamHandle.connecting(this, socket, endpoint);
      handles.add(handle);
      if (connected) {
        due(handle);
      } else {
        handle.awaitConnection();
      }
      watched = true;
      return handle;
    } finally {
      if (!watched) {
        if (handle != null) {
          handles.remove(handle);
        }
        if (socket != null) {
          socket.close(false, memory);
        } else {
          Libc.close(fd);
        }
      }
    }
  }

  private static <T> T own(Object socket, Class<T> type) {
    if (!type.isInstance(socket)) {
      throw new IllegalArgumentException("Not a socket of the epoll backend: " + socket + ".");
    }
    return type.cast(socket);
  }

  private static void take(Descriptor descriptor) throws IOException {
    if (!descriptor.take()) {
      throw new IOException(
          "The socket is closed or watched by a poller already: " + descriptor + ".");
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
    for (int slot = 0; slot < handles.size(); slot++) {
      EpollHandle handle = handles.at(slot);
      if (handle != null) {
        handle.pollerCloses();
      }
    }
    cursor = 0;
    batchSize = 0;
    due.clear();
    dueLeft = 0;
    dueDecided = true;
    Libc.close(epoll);
    wakeUp.close();
    Throwable failure = null;
    for (int slot = 0; slot < handles.size(); slot++) {
      EpollHandle handle = handles.at(slot);
      if (handle != null) {
        try {
          handle.pollerClosed();
        } catch (RuntimeException | Error e) { // the others are closed all the same
          failure = e;
        }
      }
    }
    if (failure instanceof Error error) {
      throw error;
    } else if (failure instanceof RuntimeException exception) {
      throw exception;
    }
  }

  /**
   * Changes what is watched of a handle.
   *
   * @return 0, or an error
   */
  int control(int operation, EpollHandle handle, int interest) {
    return control(operation, handle.fd, interest, HandleTable.data(handle));
  }

  private int control(int operation, int fd, int interest, long data) {
    if (closed) {
      return 0; // the set is gone, and its number may be something else's
    }
    control.set(0, interest, data);
    return Libc.epollCtl(epoll, operation, fd, control.address());
  }

  /** For one call, by the leader. */
  Memory memory() {
    return memory;
  }

  /** For what nobody wants to read. */
  Memory discarding() {
    return DISCARDED;
  }

  /** Whether the calling thread is the leader, inside {@link #dispatch}. Any thread. */
  boolean isDispatching() {
    return dispatching == Thread.currentThread();
  }

  /** For reads of the leader, inside {@link #dispatch}. */
  Scratch reading() {
    return reading;
  }

  /** For whoever sends. Any thread. */
  ScratchCache sending() {
    return sending;
  }

  /** Puts an event of a handle behind those that were found. */
  void due(EpollHandle handle) {
    due.add(handle);
  }

  /** Whether the event being dispatched is all that the wait has found. */
  boolean hasFoundOneEvent() {
    return batchSize == 1;
  }

  /** Forgets a handle, whose slot may be used again. */
  void remove(EpollHandle handle) {
    handles.remove(handle);
  }
}
