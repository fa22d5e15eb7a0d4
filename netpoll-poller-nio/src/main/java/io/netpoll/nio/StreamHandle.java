package io.netpoll.nio;

import io.netpoll.spi.Endpoint;
import io.netpoll.spi.Input;
import io.netpoll.spi.Output;
import java.io.IOException;
import java.net.SocketAddress;
import java.net.SocketOption;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SelectionKey;

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
 * while input is neither paused nor at its end, writing while output is watched. With nothing to
 * watch the selector takes the descriptor out of its set, so that a hang-up or an error, which
 * cannot be masked, is not seen, and does not spin, before reading goes on; the read finds it then.
 *
 * <p>{@link #send} and {@link #receive} may run on any thread beside the leader: they use the
 * channel, the state and what they are given only. If the poller is closed by force meanwhile, the
 * channel keeps its descriptor from being another socket's; {@code closed} may be told before that
 * thread has left.
 *
 * <p>Connected and failed are told once, and a read or a send takes the end or an error from the
 * system once. Where the endpoint does not take one of them, for want of memory, the socket is
 * reset ({@link #endUntold}), and that is told.
 */
final class StreamHandle extends NioHandle {
  /** How often a discard reads. */
  private static final int ROUNDS_PER_DISCARD = 16;

  private enum State {
    CONNECTING,
    CONNECTED,
    /** Connecting failed; the channel is closed. */
    REFUSED,
    /** An error was reported; nothing is watched. */
    BROKEN,
    DETACHING,
    CLOSING,
    ENDED
  }

  private final NioStreamSocket socket;
  private final Endpoint endpoint;

  /**
   * Written by the leader; read by {@link #send}, {@link #receive} and {@link #setOption} to refuse
   * in time.
   */
  private volatile State state;

  private boolean paused = true;
  private boolean ended;
  private boolean sending;
  private boolean reset;

  /** Whether somebody else has closed the channel, until it is told. */
  private boolean closedElsewhere;

  /** Whether something is being told that is told once. */
  private boolean telling;

  private StreamHandle(
      NioPoller poller, NioStreamSocket socket, Endpoint endpoint, State state, int interest)
      throws IOException {
    super(poller, socket.channel, interest);
    this.socket = socket;
    this.endpoint = endpoint;
    this.state = state;
  }

  /** Watches a connected socket, paused. */
  static StreamHandle attach(NioPoller poller, NioStreamSocket socket, Endpoint endpoint)
      throws IOException {
    return new StreamHandle(poller, socket, endpoint, State.CONNECTED, 0);
  }

  /**
   * Watches a socket until it is connected.
   *
   * @param now whether it is so already, and only the event is due
   */
  static StreamHandle connect(
      NioPoller poller, NioStreamSocket socket, Endpoint endpoint, boolean now) throws IOException {
    int interest = now ? 0 : SelectionKey.OP_CONNECT;
    return new StreamHandle(poller, socket, endpoint, State.CONNECTING, interest);
  }

  @Override
  void ready(int ops) {
    try {
      handle(ops);
    } finally {
      endUntold();
    }
  }

  private void handle(int ops) {
    int wanted = ops & interest();
    if ((wanted & SelectionKey.OP_CONNECT) != 0) {
      finishConnect();
      return;
    }
    if ((wanted & SelectionKey.OP_READ) != 0) {
      telling = true;
      endpoint.readable(false);
      telling = false;
    }
    // Reading may have ended the state or, through the endpoint, the interest.
    if ((wanted & interest() & SelectionKey.OP_WRITE) != 0) {
      telling = true;
      endpoint.writable();
      telling = false;
    }
  }

  @Override
  void due() {
    try {
      switch (state) {
        case CONNECTING -> finishConnect();
        case BROKEN -> tellLoss();
        case CLOSING -> {
          socket.closeChannel(reset);
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
    telling = true; // a failure is told to the one who asks, and to nobody later
    try {
      if (!socket.channel.finishConnect()) {
        telling = false;
        return;
      }
      socket.connected();
    } catch (IOException e) {
      // A failed finishConnect closes the channel, which cancels the key.
      state = State.REFUSED;
      unwatch();
      endpoint.failed(Refused.connecting(remoteAddress(), null, e));
      telling = false;
      return;
    }
    state = State.CONNECTED;
    watch();
    endpoint.connected();
    telling = false;
  }

  @Override
  void lost() {
    if (state == State.CONNECTED || state == State.CONNECTING) {
      state = State.BROKEN;
      closedElsewhere = true;
      poller.due(this);
    }
  }

  private void tellLoss() {
    if (closedElsewhere) {
      telling = true;
      endpoint.failed(closedByOthers());
      closedElsewhere = false;
      telling = false;
    }
  }

  @Override
  public int receive(Input into) throws IOException {
    if (state != State.CONNECTED) {
      throw new ClosedChannelException();
    }
    return poller.isDispatching() ? receiveAsLeader(into) : receiveBesideLeader(into);
  }

  private int receiveAsLeader(Input into) throws IOException {
    try {
      int read = receive(into, poller.reading());
      if (read < 0 && state == State.CONNECTED) { // it may have been closed when it got no bytes
        ended = true;
        watch();
      }
      return read;
    } catch (IOException e) {
      throw broken(e);
    }
  }

  private int receiveBesideLeader(Input into) throws IOException {
    Scratch scratch = poller.sending().take();
    try {
      return receive(into, scratch);
    } finally {
      poller.sending().give(scratch);
    }
  }

  private int receive(Input into, Scratch scratch) throws IOException {
    try {
      if (!into.space(scratch.spans)) {
        return 0;
      }
      int read = 0;
      try {
        read = scratch.read(socket.channel);
      } finally {
        into.filled(Math.max(read, 0));
      }
      return read;
    } finally {
      scratch.clear();
    }
  }

  @Override
  public boolean send(Output from, int calls) throws IOException {
    if (state != State.CONNECTED) {
      throw new ClosedChannelException();
    }
    Scratch scratch = poller.sending().take();
    try {
      return send(from, scratch, calls);
    } catch (IOException e) {
      throw poller.isDispatching() ? broken(e) : e;
    } finally {
      poller.sending().give(scratch);
    }
  }

  private boolean send(Output from, Scratch scratch, int calls) throws IOException {
    for (int i = 0; i < calls; i++) {
      int offered = from.collect(scratch.spans);
      if (offered == 0) {
        return true;
      }
      int written = scratch.write(socket.channel);
      if (written > 0) {
        from.sent(written);
      }
      if (written < offered) {
        return false;
      }
    }
    return false;
  }

  /**
   * A call of the leader has failed: nothing is watched any more, and the leader knows why.
   *
   * @return what the call throws
   */
  private IOException broken(IOException cause) {
    if (state != State.CONNECTED) {
      return cause;
    }
    state = State.BROKEN;
    watch();
    return cause instanceof ClosedChannelException ? closedByOthers() : cause;
  }

  private static IOException closedByOthers() {
    return new IOException(
        "The channel was closed by somebody else: close the connection that adopted it instead.");
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
    watch();
  }

  private boolean isReading() {
    return state == State.CONNECTED && !paused && !ended;
  }

  /** Makes the interest what the state and the flags say. While connecting it stays as it was. */
  private void watch() {
    switch (state) {
      case CONNECTED ->
          interest(
              (isReading() ? SelectionKey.OP_READ : 0) | (sending ? SelectionKey.OP_WRITE : 0));
      case BROKEN -> interest(0);
      default -> {}
    }
  }

  @Override
  public int discardInput() {
    if (state != State.CONNECTED || ended) {
      return -1;
    }
    ByteBuffer waste = poller.waste();
    int dropped = 0;
    try {
      for (int i = 0; i < ROUNDS_PER_DISCARD; i++) {
        int read = socket.channel.read(waste.clear());
        if (read < 0) {
          return dropped == 0 ? -1 : dropped;
        }
        dropped += read;
        if (read < waste.capacity()) {
          break;
        }
      }
      return dropped;
    } catch (IOException e) {
      return -1; // broken is as good as ended: nothing unread is left to be answered with RST
    }
  }

  @Override
  public void shutdownOutput() throws IOException {
    if (state != State.CONNECTED) {
      throw new ClosedChannelException();
    }
    socket.channel.shutdownOutput();
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
    poller.due(this);
    reset = withReset;
    state = State.CLOSING;
    // The channel is closed when the key is flushed: closing it before would cost two system calls
    // more, since the JDK then sends FIN by a shutdown of its own.
    unwatch();
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
    socket.ownership.give();
    endpoint.detached(socket);
  }

  private void end() {
    state = State.ENDED;
    poller.remove(this);
  }

  @Override
  public <T> void setOption(SocketOption<T> option, T value) throws IOException {
    State now = state;
    if (now == State.CLOSING || now == State.ENDED) {
      throw new ClosedChannelException();
    }
    socket.setOption(option, value);
  }

  @Override
  public <T> T option(SocketOption<T> option) throws IOException {
    State now = state;
    if (now == State.CLOSING || now == State.ENDED) {
      throw new ClosedChannelException();
    }
    return socket.option(option);
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
