package io.netpoll.testkit.contract;

import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.spi.Filter;
import java.io.IOException;

/** The simplest filter: it is open at once, and changes nothing. */
public final class PassThroughFilter implements Filter {

  /**
   * Makes one.
   *
   * @param context told that the connection may be used
   */
  public PassThroughFilter(Context context) {
    context.open();
  }

  @Override
  public Next receive(Reader raw, Writer plain) throws IOException {
    move(raw, plain, raw.length());
    return Next.READ;
  }

  @Override
  public void receivedAll() {}

  @Override
  public boolean canSend(boolean plain) {
    return plain;
  }

  @Override
  public void send(Reader plain, Writer raw, int room) throws IOException {
    move(plain, raw, Math.min(room, plain.length()));
  }

  private static void move(Reader from, Writer to, int bytes) throws IOException {
    if (bytes > 0) {
      from.readTo(to.malloc(bytes));
    }
  }

  @Override
  public void finish(Writer raw) {}
}
