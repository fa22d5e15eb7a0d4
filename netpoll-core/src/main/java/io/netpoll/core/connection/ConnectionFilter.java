package io.netpoll.core.connection;

import io.netpoll.buffer.LinkedBuffer;
import io.netpoll.spi.Filter;
import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import java.io.IOException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The filter of a connection, and the raw bytes between it and the socket.
 *
 * <pre>
 *   socket ──receive──► received ──Filter.receive──► chain of the input  ──► reader
 *   socket ◄───send──── staged   ◄───Filter.send──── chain of the output ◄── writer
 * </pre>
 *
 * The holder of the input token owns {@code received}, and the holder of the output token {@code
 * staged}: the filter is called within receives and sends, and has the same owners as the socket.
 *
 * <p><b>Input.</b> As long as the filter could make plain bytes out of what was received - since
 * the input is full, or it has done enough for one turn, or waits for itself - nothing is read from
 * the socket ({@link #holdsInput}), and so the end of input is never met before it. No readiness
 * announces such bytes: {@link LoopEndpoint#FILTER} does, or {@link LoopEndpoint#RESUME} once the
 * reader has caught up.
 *
 * <p><b>Output.</b> {@code collect} offers staged bytes until they are sent, and has at most
 * {@value #MOST_AHEAD} of them made ahead of the socket, so a slow peer's output waits as plain
 * bytes. What cannot be sent now ({@link #isSendable}) is pending, and nobody takes the token for
 * it. The last word is made when output is to end and no plain byte is left.
 */
final class ConnectionFilter implements Filter.Context {
  /** How many staged bytes wait for the socket at most, but for one unit of the filter's. */
  private static final int MOST_AHEAD = 64 << 10;

  /** How often the filter is called for one event before others have their turn. */
  private static final int CALLS_PER_EVENT = 16;

  private final EngineConnection connection;
  private final Filter.Factory factory;

  /** Whether a dial waits for the connection, which is shown to nobody before. */
  private final boolean dialled;

  private final LinkedBuffer staged = new LinkedBuffer();

  /** Made by the leader, before the first byte. */
  private volatile @Nullable Filter filter;

  private volatile boolean open;

  /** Why the filter does not go on, whichever direction has found it. */
  private volatile @Nullable IOException failure;

  /** Whether the user has the connection, or will have it by a callback. Written by the leader. */
  private volatile boolean shown;

  /** Whether raw bytes wait for something else than for more of them. Written under the token. */
  private volatile boolean holding;

  /** Whether they wait for {@link #resume}. Written under the token. */
  private volatile boolean waiting;

  /**
   * How many plain bytes were consumed, and what became of them staged. Written under the token.
   */
  private volatile long passed;

  /**
   * How many plain bytes have left as raw ones: as many as raw ones did until all have. Never
   * decreases, so that what is unsent never grows but by a flush. Written under the token.
   */
  private volatile long left;

  /** Whether the last word was made. Written under the token. */
  private volatile boolean finished;

  /** What was received and the filter has not consumed; null if it holds nothing. Input token. */
  private @Nullable LinkedBuffer received;

  /** Whether it was told that the connection is open. Leader only. */
  private boolean announced;

  ConnectionFilter(EngineConnection connection, Filter.Factory factory) {
    this.connection = connection;
    this.factory = factory;
    this.dialled = connection.endpoint.isDialling();
  }

  // ---- Leader only ---------------------------------------------------------------------------

  /** Makes the filter, once; false if there is none, and the connection fails. */
  boolean start() {
    if (filter == null) {
      try {
        filter = Objects.requireNonNull(factory.create(this), "filter");
      } catch (IOException | RuntimeException e) {
        fail(e);
        return false;
      }
    }
    return true;
  }

  /** The user has the connection from now on, or will have it by a callback. */
  void show() {
    shown = true;
    if (dialled
        && (connection.state.set(ConnectionState.CONNECT_DONE) & ConnectionState.GONE) != 0) {
      connection.callbacks.startDisconnect();
    }
  }

  /** Goes on after {@link LoopEndpoint#FILTER}. */
  void advance() {
    if (open && !announced) {
      connection.endpoint.opened();
      announced = true; // last: where there is no memory, this is done again
    }
    connection.in.receiveAgain();
    reportFailure();
  }

  /** Ends the connection if the filter has failed. */
  void reportFailure() {
    IOException cause = failure;
    if (cause != null) {
      connection.endpoint.filterFailed(cause);
    }
  }

  // ---- The holder of the input token ---------------------------------------------------------

  /** Offers space for raw bytes; false if memory is being allocated still. */
  boolean reserve(int size, Spans into) {
    return received().reserveSoon(size, into);
  }

  void commit(int bytes) {
    Objects.requireNonNull(received).commit(bytes);
  }

  void give(Page page, int offset, int length, boolean last) {
    received().give(page, offset, length, last);
  }

  private LinkedBuffer received() {
    LinkedBuffer raw = received;
    if (raw == null) {
      raw = new LinkedBuffer();
      received = raw;
    }
    return raw;
  }

  /**
   * Has the filter make plain bytes out of what was received, as long as it can and the input takes
   * them.
   */
  void receive(InputReceiver in) {
    Filter known = filter;
    if (known == null || failure != null) {
      return;
    }
    waiting = false; // first: a reader that catches up from here on asks for more
    LinkedBuffer raw = received();
    LinkedBuffer plain = in.warm();
    Filter.Next next = Filter.Next.AGAIN;
    try {
      for (int i = 0; i < CALLS_PER_EVENT && next == Filter.Next.AGAIN && mayDeliver(in); i++) {
        next = known.receive(raw, plain);
        raw.release();
        in.plainArrived();
      }
    } catch (IOException | RuntimeException e) {
      plain.mallocAck(0);
      fail(e);
      return;
    } catch (Error e) { // bytes are missing now
      plain.mallocAck(0);
      connection.reset();
      throw e;
    }
    waiting = next == Filter.Next.WAIT;
    holding = next != Filter.Next.READ;
    if (holding) {
      in.paused = true; // what goes on does so by a task, and resumes
    }
    if (next == Filter.Next.AGAIN && mayDeliver(in)) {
      connection.endpoint.post(LoopEndpoint.FILTER); // others have their turn first
    }
  }

  private boolean mayDeliver(InputReceiver in) {
    return (shown || !open) && in.takesMore();
  }

  /** The peer's FIN was read, after all that it has sent. */
  void receivedAll() {
    Filter known = filter;
    if (known != null && failure == null) {
      try {
        known.receivedAll();
        if (!open) {
          fail(new IOException("The peer has closed the connection before its filter was open."));
        }
      } catch (IOException | RuntimeException e) {
        fail(e);
      }
    }
  }

  /** Gives back the memory of received bytes, if there are none. */
  void cool() {
    if (received != null && received.length() == 0) {
      dropReceived();
    }
  }

  /** Gives back what was received. */
  void dropReceived() {
    LinkedBuffer raw = received;
    if (raw != null) {
      received = null;
      raw.close();
    }
  }

  // ---- The holder of the output token --------------------------------------------------------

  /** Makes raw bytes as far as there is need and room, and shows what is to be sent. */
  int collect(LinkedBuffer plain, Spans into) {
    Filter known = filter;
    int room = MOST_AHEAD - (int) staged();
    if (known != null && room > 0 && !finished) {
      try {
        make(known, plain, room);
      } catch (IOException | RuntimeException e) {
        staged.mallocAck(0);
        fail(e);
      } catch (Error e) { // bytes are missing now
        staged.mallocAck(0);
        connection.reset();
        throw e;
      }
    }
    return staged.collect(into);
  }

  private void make(Filter known, LinkedBuffer plain, int room) throws IOException {
    if (failure != null) { // what it has to say about that, once
      finished = true;
      if (known.canSend(false)) {
        known.send(new LinkedBuffer(), staged, room);
        staged.flush();
      }
      return;
    }
    long begin = staged.written();
    long made;
    do {
      made = staged.written();
      if (!known.canSend(plain.length() > 0)) {
        break;
      }
      known.send(plain, staged, room - (int) (made - begin));
      staged.flush();
      plain.release();
      passed = plain.consumed();
    } while (staged.written() != made && staged.written() - begin < room);
    if (mustFinish(plain.length() > 0)) {
      finished = true;
      known.finish(staged);
      staged.flush();
    }
    haveLeft(0); // the filter may have made nothing of what it has consumed
  }

  void sent(int bytes) {
    staged.acknowledge(bytes);
    haveLeft(bytes);
  }

  private void haveLeft(int raw) {
    left = staged() == 0 ? passed : Math.min(passed, left + raw);
  }

  /** Drops what was made and is not sent, after what was flushed was dropped. */
  void drop(LinkedBuffer plain) {
    passed = plain.consumed();
    staged.acknowledge((int) Math.min(staged(), Integer.MAX_VALUE));
    haveLeft(0);
  }

  // ---- Any thread ----------------------------------------------------------------------------

  /** How many plain bytes have become raw ones. */
  long passed() {
    return passed;
  }

  /**
   * How many of the plain bytes that were flushed have not left; if all have, the raw ones of the
   * filter's own.
   */
  long unsent(long flushed) {
    long unsent = flushed - left;
    return unsent > 0 ? unsent : staged();
  }

  /** How many plain bytes have left. */
  long left() {
    return left;
  }

  /** Raw bytes that have left. */
  long sent() {
    return staged.consumed();
  }

  /** Raw bytes made and not sent. */
  long staged() {
    return staged.written() - staged.consumed();
  }

  /** Whether a send would make progress with the filter. */
  boolean isSendable(boolean plain) {
    Filter known = filter;
    if (staged() > 0 || known == null || finished) {
      return staged() > 0;
    }
    return failure == null ? known.canSend(plain) || mustFinish(plain) : known.canSend(false);
  }

  private boolean mustFinish(boolean plain) {
    return open && !plain && connection.state.endsOutput();
  }

  /** Whether nothing is to be read, since received bytes wait for something else. */
  boolean holdsInput() {
    return holding || waitsForItself();
  }

  /** Whether received bytes wait for what the filter, or the dialler, says when it is so far. */
  boolean waitsForItself() {
    return waiting || (open && !shown) || failure != null;
  }

  /** Whether plain bytes that cannot be sent now may be sent later. */
  boolean maySendLater() {
    return open && !finished && failure == null;
  }

  boolean isOpen() {
    return open;
  }

  boolean isDialled() {
    return dialled;
  }

  boolean hasFailed() {
    return failure != null;
  }

  private void fail(Exception cause) {
    failure = cause instanceof IOException e ? e : new IOException("The filter failed.", cause);
    connection.endpoint.post(LoopEndpoint.FILTER);
  }

  @Override
  public void open() {
    open = true;
    resume();
  }

  @Override
  public void resume() {
    connection.endpoint.post(LoopEndpoint.FILTER);
  }
}
