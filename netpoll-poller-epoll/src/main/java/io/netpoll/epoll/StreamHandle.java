package io.netpoll.epoll;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Input;
import io.netpoll.spi.InputWait;
import io.netpoll.spi.Output;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;

/**
 * A stream socket that connects or is connected.
 *
 * <pre>
 *   CONNECTING --connected--> CONNECTED --error--> BROKEN
 *   CONNECTING --error--> REFUSED
 *   CONNECTED, BROKEN                      --detach--> DETACHING --due--> ENDED (detached)
 *   CONNECTING, CONNECTED, BROKEN, REFUSED --close-->  CLOSING   --due--> ENDED (closed)
 * </pre>
 *
 * What is watched follows from the state and four flags, in one place ({@link #watch}): reading, or
 * its end only, while input is neither paused nor at its end, writing while output is watched. A
 * hang-up or an error, which cannot be masked, is found by the read or the write that is wanted;
 * where neither is, the descriptor leaves the set until one is, and the set reports it again then.
 * So no state spins. What an end or an error makes superfluous is watched until it is reported once
 * more: as a rule the socket is closed before, which spares a system call.
 *
 * <p>{@link #send}, {@link #receive} and {@link #awaitInput} may run on any thread beside the
 * leader: they use the descriptor, the state and what they are given only. Such a thread is counted
 * as a user of the descriptor meanwhile, so that the number is not another socket's before it has
 * left, even if the poller is closed by force: {@code closed} may be told before that. The leader
 * needs no count for what it reads within dispatch, since nobody else closes the descriptor.
 *
 * <p>Connected, reset and failed are told once, and a read or a send takes the end or an error from
 * the system once. Where the endpoint does not take one of them, for want of memory, the socket is
 * reset ({@link #endUntold}), and that is told.
 */
final class StreamHandle extends EpollHandle {
  /** How often a discard reads: what the system has received by now is far less. */
  private static final int ROUNDS_PER_DISCARD = 256;

  private static final int READABLE = Libc.EPOLLIN | Libc.EPOLLRDHUP;
  private static final int BROKEN_OFF = Libc.EPOLLERR | Libc.EPOLLHUP;

  private enum State {
    CONNECTING,
    CONNECTED,
    /** Connecting failed; nothing is watched. */
    REFUSED,
    /** An error was reported, or is about to be; nothing is watched. */
    BROKEN,
    DETACHING,
    CLOSING,
    ENDED
  }

  private final EpollStreamSocket socket;
  private final Endpoint endpoint;

  /**
   * Written by the leader; read by {@link #send}, {@link #receive} and {@link #setOption} to refuse
   * in time.
   */
  private volatile State state;

  private boolean paused = true;

  /** While input is not paused: whether only its end is watched. */
  private boolean endOnly;

  /** Whether a reset was told that came while input was paused. */
  private boolean resetTold;

  private boolean ended;
  private boolean sending;
  private boolean reset;
  private boolean shut;

  /** What broke the socket outside of dispatch, until it is told; 0 if nothing did. */
  private int failure;

  /** Whether something is being told that is told once. */
  private boolean telling;

  private StreamHandle(
      EpollPoller poller, EpollStreamSocket socket, Endpoint endpoint, State state) {
    super(poller, socket.fd());
    this.socket = socket;
    this.endpoint = endpoint;
    this.state = state;
  }

  /** A connected socket, paused. */
  static StreamHandle connected(EpollPoller poller, EpollStreamSocket socket, Endpoint endpoint) {
    return new StreamHandle(poller, socket, endpoint, State.CONNECTED);
  }

  /** A socket that is being connected. */
  static StreamHandle connecting(EpollPoller poller, EpollStreamSocket socket, Endpoint endpoint) {
    return new StreamHandle(poller, socket, endpoint, State.CONNECTING);
  }

  /** Waits for the connection that was begun. */
  void awaitConnection() throws IOException {
    enter(Libc.EPOLLOUT);
  }

  @Override
  void ready(int events) {
    try {
      handle(events);
    } finally {
      endUntold();
    }
  }

  private void handle(int events) {
    if (state == State.CONNECTING) {
      finishConnect();
      return;
    }
    boolean over = ended || state == State.BROKEN;
    if ((events & (READABLE | BROKEN_OFF)) != 0 && isReading()) {
      telling = true;
      endpoint.readable(endOnly || (events & Libc.EPOLLRDHUP) != 0);
      telling = false;
    } else if ((events & Libc.EPOLLERR) != 0 && !sending) { // a send tells it
      tellReset();
    }
    // Reading may have ended the state or, through the endpoint, the wish to send.
    if ((events & (Libc.EPOLLOUT | BROKEN_OFF)) != 0 && sending && state == State.CONNECTED) {
      telling = true;
      endpoint.writable();
      telling = false;
    }
    if (over) {
      watch();
    }
    if ((events & BROKEN_OFF) != 0 && interest() == 0) {
      unwatch();
    }
  }

  @Override
  void due() {
    try {
      switch (state) {
        case CONNECTING -> finishConnect();
        case BROKEN -> tellFailure();
        case CLOSING -> {
          if (socket.shared) {
            unwatch();
          }
          socket.close(reset, poller.memory());
          end();
          endpoint.closed();
        }
        case DETACHING -> giveAway();
        default -> {}
      }
    } finally {
      endUntold();
    }
  }

  /** Ends a socket whose event was not told to the end. */
  private void endUntold() {
    if (telling) {
      telling = false;
      close(true);
    }
  }

  private void finishConnect() {
    int errno = Sockets.takeError(fd, poller.memory());
    telling = true; // the error is told to the one who takes it, and to nobody later
    if (errno != 0) {
      state = State.REFUSED;
      unwatch();
      endpoint.failed(Errno.connectException(remoteAddress(), null, errno));
      telling = false;
      return;
    }
    socket.connected(poller.memory());
    state = State.CONNECTED;
    endpoint.connected();
    telling = false;
    // After the endpoint had its say, which spares a change of interest if it resumes at once.
    watch();
  }

  @Override
  public int receive(Input into) throws IOException {
    if (state != State.CONNECTED) {
      throw new ClosedChannelException();
    }
    return poller.isDispatching() ? receiveAsLeader(into) : receiveBesideLeader(into);
  }

  private int receiveAsLeader(Input into) throws IOException {
    int read = receive(into, poller.reading());
    if (read == 0) {
      ended = true;
      return -1;
    }
    if (read < 0 && read != -Errno.EAGAIN) {
      state = State.BROKEN;
    }
    return outcome(read);
  }

  private int receiveBesideLeader(Input into) throws IOException {
    if (!socket.descriptor.enter()) {
      throw new ClosedChannelException();
    }
    try {
      Scratch scratch = poller.sending().take();
      try {
        int read = receive(into, scratch);
        return read == 0 ? -1 : outcome(read);
      } finally {
        poller.sending().give(scratch);
      }
    } finally {
      socket.descriptor.exit();
    }
  }

  /**
   * One call of the system: bytes, 0 at the end of input, or an error; EAGAIN if none are wanted.
   */
  private int receive(Input into, Scratch scratch) {
    try {
      if (!into.space(scratch.spans)) {
        return -Errno.EAGAIN;
      }
      int read = scratch.receive(fd);
      into.filled(Math.max(read, 0));
      return read;
    } finally {
      scratch.spans.clear();
    }
  }

  private static int outcome(int read) throws IOException {
    if (read < 0 && read != -Errno.EAGAIN) {
      throw Errno.brokenConnection("recv", -read);
    }
    return Math.max(read, 0);
  }

  private void tellReset() {
    if (state == State.CONNECTED && !ended && !resetTold) {
      resetTold = true;
      telling = true;
      endpoint.wasReset();
      telling = false;
    }
  }

  @Override
  public boolean send(Output from, int calls) throws IOException {
    if (state != State.CONNECTED || !socket.descriptor.enter()) {
      throw new ClosedChannelException();
    }
    try {
      Scratch scratch = poller.sending().take();
      try {
        return send(from, scratch, calls);
      } finally {
        poller.sending().give(scratch);
      }
    } finally {
      socket.descriptor.exit();
    }
  }

  private boolean send(Output from, Scratch scratch, int calls) throws IOException {
    Spans spans = scratch.spans;
    for (int i = 0; i < calls; i++) {
      int offered = from.collect(spans);
      if (offered == 0) {
        return true;
      }
      int sent = scratch.send(fd);
      if (sent > 0) {
        from.sent(sent);
      } else {
        IOException failure = scratch.failure(sent);
        if (failure != null) {
          breaks();
          throw failure;
        }
      }
      if (sent < offered) {
        return false;
      }
    }
    return false;
  }

  /** A send has failed: the leader, which has output watched, need not hear of it once more. */
  private void breaks() {
    if (poller.isDispatching()) {
      state = State.BROKEN;
    }
  }

  @Override
  void unwatchable(int errno) {
    if (state == State.CONNECTED || state == State.CONNECTING) {
      state = State.BROKEN;
      failure = errno;
      poller.due(this);
    }
  }

  private void tellFailure() {
    if (failure != 0) {
      telling = true;
      endpoint.failed(Errno.exception("epoll_ctl", failure));
      failure = 0;
      telling = false;
    }
  }

  @Override
  public void watchOutput() {
    sending = true;
    watch();
  }

  @Override
  public void ignoreOutput() {
    sending = false;
    watch();
  }

  @Override
  public void pauseInput() {
    paused = true;
    watch();
  }

  @Override
  public void resumeInput() {
    paused = false;
    endOnly = false;
    watch();
  }

  @Override
  public void watchEnd() {
    paused = false;
    endOnly = true;
    watch();
  }

  @Override
  public boolean awaitInput(InputWait wait, long nanos) {
    if (!socket.descriptor.enter()) {
      return true; // to receive fails then
    }
    try {
      return ((EpollInputWait) wait).await(fd, nanos);
    } finally {
      socket.descriptor.exit();
    }
  }

  private boolean isReading() {
    return state == State.CONNECTED && !paused && !ended;
  }

  private int wanted() {
    return isReading() ? endOnly ? Libc.EPOLLRDHUP : READABLE : 0;
  }

  /** Makes the interest what the state and the flags say. While connecting it stays as it was. */
  private void watch() {
    switch (state) {
      case CONNECTED -> interest(wanted() | (sending ? Libc.EPOLLOUT : 0));
      case BROKEN -> unwatch();
      default -> {}
    }
  }

  @Override
  public int discardInput() {
    if (state != State.CONNECTED || ended) {
      return -1;
    }
    Memory memory = poller.discarding();
    int size = memory.bytes.capacity();
    int discarded = 0;
    for (int i = 0; i < ROUNDS_PER_DISCARD; i++) {
      int read = Libc.recv(fd, memory.address, size, Libc.MSG_DONTWAIT);
      if (read == -Errno.EAGAIN) {
        break;
      }
      if (read <= 0) {
        // Bytes first; the end is still there when asked again.
        return discarded > 0 ? discarded : -1;
      }
      discarded += read;
      if (read < size) {
        break;
      }
    }
    return discarded;
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (state != State.CONNECTED) {
      throw new ClosedChannelException();
    }
    if (!shut) {
      int result = Libc.shutdown(fd, Libc.SHUT_WR);
      if (result < 0) {
        throw Errno.exception("shutdown", -result);
      }
      shut = true;
    }
  }

  @Override
  public void close() {
    close(false);
  }

  @Override
  public void abort() {
    close(true);
  }

  private void close(boolean withReset) {
    if (isEnding()) {
      return;
    }
    // The descriptor leaves the set when it is closed, and that comes before the next wait.
    reset = withReset;
    state = State.CLOSING;
    poller.due(this);
  }

  @Override
  public void detach() {
    if (isEnding()) {
      return;
    }
    if (state != State.CONNECTED && state != State.BROKEN) {
      throw new IllegalStateException(
          "The socket to " + remoteAddress() + " is not connected: there is nothing to detach.");
    }
    poller.due(this);
    state = State.DETACHING;
    unwatch();
  }

  private boolean isEnding() {
    return state == State.CLOSING || state == State.DETACHING || state == State.ENDED;
  }

  @Override
  void pollerCloses() {
    if (!isEnding()) {
      state = State.CLOSING;
    }
  }

  @Override
  void pollerClosed() {
    due();
  }

  private void giveAway() {
    end();
    socket.give(poller.memory());
    endpoint.detached(socket);
  }

  private void end() {
    state = State.ENDED;
    poller.remove(this);
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    Options.Setting setting = Options.forStream(option, value, socket.isUnix());
    State now = state;
    if (now == State.CLOSING || now == State.ENDED) {
      throw new ClosedChannelException();
    }
    socket.setOption(setting);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    Option known = Options.ofStream(option, socket.isUnix());
    State now = state;
    if (now == State.CLOSING || now == State.ENDED) {
      throw new ClosedChannelException();
    }
    return socket.option(known, option);
  }

  @Override
  public SocketAddress localAddress() {
    return socket.localAddress();
  }

  @Override
  public SocketAddress remoteAddress() {
    return socket.remoteAddress();
  }
}
