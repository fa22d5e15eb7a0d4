package io.netpoll.testkit.contract;

import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.spi.Filter;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * A filter that inverts every byte, and does all that a filter may: it is open only after a call
 * for bytes of its own, makes few bytes at a time, and sometimes waits for itself. A peer that
 * knows nothing of it needs an {@link InvertingProvider}.
 */
public final class InvertingFilter implements Filter {
  private static final int RECORD = 4000;
  private static final int CALLS_PER_WAIT = 8;

  private final Context context;
  private int received;
  private volatile boolean isOpen;

  /**
   * Makes one.
   *
   * @param context told that the connection may be used
   */
  public InvertingFilter(Context context) {
    this.context = context;
  }

  @Override
  public Next receive(Reader raw, Writer plain) throws IOException {
    if (!isOpen) {
      return Next.WAIT;
    }
    invert(raw, plain, RECORD);
    if (raw.length() == 0) {
      return Next.READ;
    }
    if (++received % CALLS_PER_WAIT != 0) {
      return Next.AGAIN;
    }
    context.resume();
    return Next.WAIT;
  }

  @Override
  public void receivedAll() {}

  @Override
  public boolean canSend(boolean plain) {
    return plain || !isOpen;
  }

  @Override
  public void send(Reader plain, Writer raw, int room) throws IOException {
    if (isOpen) {
      invert(plain, raw, Math.min(room, RECORD));
    } else {
      isOpen = true;
      context.open();
    }
  }

  private static void invert(Reader from, Writer to, int most) throws IOException {
    int bytes = Math.min(most, from.length());
    if (bytes > 0) {
      ByteBuffer room = to.malloc(bytes);
      from.readTo(room);
      for (int i = 0; i < bytes; i++) {
        room.put(i, (byte) ~room.get(i));
      }
    }
  }

  @Override
  public void finish(Writer raw) {}
}
