package io.netpoll.epoll;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.channels.ClosedChannelException;
import org.jspecify.annotations.Nullable;

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
 * the output only.
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
  private boolean ended;
  private boolean sending;
  private boolean reset;
  private boolean shut;

  /** What broke the socket outside of dispatch, until it is told. */
  private @Nullable IOException failure;

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
    if (state == State.CONNECTING) {
      finishConnect();
      return;
    }
    boolean over = ended || state == State.BROKEN;
    if ((events & (READABLE | BROKEN_OFF)) != 0 && isReading()) {
      receive((events & Libc.EPOLLRDHUP) != 0);
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
    switch (state) {
      case CONNECTING -> finishConnect();
      case BROKEN -> tellFailure();
      case CLOSING -> {
        socket.close(reset, poller.memory());
        end();
        endpoint.closed();
      }
      case DETACHING -> giveAway();
      default -> {}
    }
  }

  private void finishConnect() {
    int errno = Sockets.takeError(fd, poller.memory());
    if (errno != 0) {
      state = State.REFUSED;
      unwatch();
      endpoint.failed(Errno.connectException(remoteAddress(), null, errno));
      return;
    }
    socket.connected(poller.memory());
    state = State.CONNECTED;
    endpoint.connected();
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
            fail(Errno.brokenConnection("recv", -read));
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
      input.ended();
    }
  }

  @Override
  public boolean send() throws IOException {
    if (state != State.CONNECTED) {
      throw new ClosedChannelException();
    }
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
      fail(e);
    } finally {
      poller.sending().give(scratch);
    }
  }

  private void fail(IOException cause) {
    if (state == State.CONNECTED) {
      state = State.BROKEN;
      endpoint.failed(cause);
    }
  }

  @Override
  void unwatchable(IOException cause) {
    if (state == State.CONNECTED) {
      state = State.BROKEN;
      failure = cause;
      poller.due(this);
    }
  }

  private void tellFailure() {
    IOException cause = failure;
    if (cause != null) {
      failure = null;
      endpoint.failed(cause);
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
    // Closing takes the descriptor out of the set, and that comes before the next wait.
    poller.due(this); // first: where there is no memory for it, nothing has changed
    reset = withReset;
    state = State.CLOSING;
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
    socket.descriptor.give();
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
    socket.setOption(setting, Memory.allocate(Addresses.SIZE));
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
