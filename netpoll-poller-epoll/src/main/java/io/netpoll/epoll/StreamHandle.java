package io.netpoll.epoll;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Input;
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
 * What is watched follows from the state and three flags, in one place ({@link #watch}): reading
 * while input is neither paused nor at its end, writing while the poller holds the output token. A
 * hang-up or an error, which cannot be masked, is found by the read or the write that is wanted;
 * where neither is, the descriptor leaves the set until one is, and the set reports it again then.
 * So no state spins. What an end or an error makes superfluous is watched until it is reported once
 * more: as a rule the socket is closed before, which spares a system call.
 *
 * <p>{@link #send()} may run on any thread beside the leader: it uses the descriptor, the state and
 * the output only. It is counted as a user of the descriptor meanwhile, so that the number is not
 * another socket's before it has left, even if the poller is closed by force: {@code closed} may be
 * told before that.
 *
 * <p>Connected, reset, failed, and the end of input are told once. Where one of them cannot be
 * told, for want of memory, the socket is reset instead ({@link #endUntold}), and that is told.
 */
final class StreamHandle extends EpollHandle {
  /** How often one event reads or writes before others have their turn. */
  private static final int ROUNDS_PER_EVENT = 16;

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

  /** Written by the leader; read by {@link #send()} and {@link #setOption} to refuse in time. */
  private volatile State state;

  private boolean paused = true;

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
      receive((events & Libc.EPOLLRDHUP) != 0);
    } else if ((events & Libc.EPOLLERR) != 0 && !sending) { // a send tells it
      tellReset();
    }
    // Reading may have ended the state or, through the endpoint, the wish to send.
    if ((events & (Libc.EPOLLOUT | BROKEN_OFF)) != 0 && sending && state == State.CONNECTED) {
      sendAsPoller();
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

  /**
   * Reads until a read does not fill the space offered, which means that nothing more is there; a
   * small request costs one read.
   *
   * @param ending whether the end is behind what is there, so that it is worth going on to it
   */
  private void receive(boolean ending) {
    Input input = endpoint.input();
    Scratch scratch = poller.reading();
    Spans spans = scratch.spans;
    try {
      for (int i = 0; i < ROUNDS_PER_EVENT && isReading(); i++) {
        if (!input.space(spans)) {
          pauseInput();
          return;
        }
        int space = spans.bytes();
        int read = scratch.receive(fd);
        input.filled(Math.max(read, 0));
        if (read < 0) {
          if (read != -Errno.EAGAIN) {
            receiveFailed(-read);
          }
          return;
        }
        if (read == 0) {
          inputEnded(input);
          return;
        }
        if (read < space && !ending) {
          return;
        }
      }
    } finally {
      spans.clear();
    }
  }

  private void inputEnded(Input input) {
    // The endpoint may have closed the handle when it was told of no bytes.
    if (state == State.CONNECTED) {
      ended = true;
      telling = true;
      input.ended();
      telling = false;
    }
  }

  private void tellReset() {
    if (state == State.CONNECTED && !ended && !resetTold) {
      resetTold = true;
      telling = true;
      endpoint.wasReset();
      telling = false;
    }
  }

  private void receiveFailed(int errno) {
    if (state == State.CONNECTED) {
      state = State.BROKEN;
      telling = true;
      endpoint.failed(Errno.brokenConnection("recv", errno));
      telling = false;
    }
  }

  @Override
  public boolean send() throws IOException {
    if (state != State.CONNECTED || !socket.descriptor.enter()) {
      throw new ClosedChannelException();
    }
    try {
      return sendAll();
    } finally {
      socket.descriptor.exit();
    }
  }

  private boolean sendAll() throws IOException {
    Scratch scratch = poller.sending().take();
    try {
      return send(scratch, Integer.MAX_VALUE);
    } finally {
      poller.sending().give(scratch);
    }
  }

  /**
   * Writes what the output offers.
   *
   * @param rounds how many calls at most
   * @return whether nothing is left; else the socket is full, or the rounds or a file's turn are
   *     over
   */
  private boolean send(Scratch scratch, int rounds) throws IOException {
    Output output = endpoint.output();
    Spans spans = scratch.spans;
    for (int i = 0; i < rounds; i++) {
      int offered = output.collect(spans);
      if (offered == 0) {
        return true;
      }
      int sent = scratch.send(fd);
      if (sent > 0) {
        output.sent(sent);
      } else {
        IOException failure = scratch.failure(sent);
        if (failure != null) {
          throw failure;
        }
      }
      if (sent < offered) {
        return false;
      }
    }
    return false;
  }

  /** Sends while the poller holds the output token, and gives it back when nothing is left. */
  private void sendAsPoller() {
    Scratch scratch = poller.sending().take();
    try {
      // Not drained: more was flushed meanwhile. Writability, which stays, brings the next turn.
      if (send(scratch, ROUNDS_PER_EVENT) && endpoint.output().drained()) {
        sending = false;
        watch();
      }
    } catch (IOException e) {
      sendFailed(e);
    } finally {
      poller.sending().give(scratch);
    }
  }

  private void sendFailed(IOException cause) {
    if (state == State.CONNECTED) {
      state = State.BROKEN;
      telling = true;
      endpoint.failed(cause);
      telling = false;
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
  public void sendWhenWritable() {
    sending = true;
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
    watch();
  }

  private boolean isReading() {
    return state == State.CONNECTED && !paused && !ended;
  }

  /** Makes the interest what the state and the flags say. While connecting it stays as it was. */
  private void watch() {
    switch (state) {
      case CONNECTED -> interest((isReading() ? READABLE : 0) | (sending ? Libc.EPOLLOUT : 0));
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
