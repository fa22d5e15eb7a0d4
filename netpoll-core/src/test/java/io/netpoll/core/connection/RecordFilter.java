package io.netpoll.core.connection;

import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.spi.Filter;
import java.io.EOFException;
import java.io.IOException;
import java.io.StreamCorruptedException;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A filter with a protocol, as encryption has one. Records of a type, a length of one byte and
 * text:
 *
 * <pre>
 *   H  hello; each side sends one, and data after it has that of the other
 *   D  data, in capitals where it was in small letters
 *   A  alert: the sender has got something wrong, and closes
 *   E  end of the data
 * </pre>
 */
final class RecordFilter implements Filter {
  /** Bytes of data in a record. */
  static final int LARGEST = 100;

  private static final int HEADER = 2;

  private final Context context;

  /** Waits for {@link #letIn} before it answers a hello. */
  private final boolean asks;

  private volatile boolean greets;
  private volatile boolean saidHello;
  private volatile boolean alerts;
  private volatile boolean isOpen;
  private volatile boolean letIn;
  private boolean ended;

  /** Whether it waits for another thread. */
  volatile boolean waits;

  /** How often it was asked in vain meanwhile. */
  final AtomicInteger asked = new AtomicInteger();

  private RecordFilter(Context context, boolean asks) {
    this.context = context;
    this.asks = asks;
  }

  /** That of a server, which answers a hello. */
  static RecordFilter accepting(Context context) {
    return new RecordFilter(context, false);
  }

  /** One that waits for another thread before it answers a hello. */
  static RecordFilter asking(Context context) {
    return new RecordFilter(context, true);
  }

  /** That of a client, which says hello first. */
  static RecordFilter dialling(Context context) {
    RecordFilter filter = new RecordFilter(context, false);
    filter.greets = true;
    return filter;
  }

  static String record(char type, String text) {
    return type + Character.toString(text.length()) + text;
  }

  /** Lets it answer. Any thread. */
  void letIn() {
    letIn = true;
    context.resume();
  }

  @Override
  public Next receive(Reader raw, Writer plain) throws IOException {
    if (raw.length() < HEADER) {
      return Next.READ;
    }
    int header = raw.peek(HEADER).getShort();
    int length = header & 0xff;
    if (raw.length() < HEADER + length) {
      return Next.READ;
    }
    char type = (char) (header >> 8);
    if (type == 'H' && asks && !letIn) {
      waits = true;
      asked.incrementAndGet();
      return Next.WAIT;
    }
    raw.skip(HEADER);
    String text = raw.readString(length);
    switch (type) {
      case 'H' -> hello();
      case 'D' -> plain.writeString(text.toLowerCase(Locale.ROOT));
      case 'E' -> ended = true;
      case 'A' -> throw new IOException("The peer says: " + text);
      default -> {
        alerts = true;
        throw new StreamCorruptedException("There are no records of type " + type + ".");
      }
    }
    return Next.AGAIN;
  }

  private void hello() {
    greets = !saidHello;
    isOpen = true;
    context.open();
  }

  @Override
  public void receivedAll() throws IOException {
    if (!ended) {
      throw new EOFException("The end was cut off.");
    }
  }

  @Override
  public boolean canSend(boolean plain) {
    return greets || alerts || (plain && isOpen);
  }

  @Override
  public void send(Reader plain, Writer raw, int room) throws IOException {
    if (greets) {
      greets = false;
      saidHello = true;
      raw.writeString(record('H', ""));
    } else if (alerts) {
      alerts = false;
      raw.writeString(record('A', "what?"));
    } else {
      int bytes = Math.min(plain.length(), LARGEST);
      raw.writeString(record('D', plain.readString(bytes).toUpperCase(Locale.ROOT)));
    }
  }

  @Override
  public void finish(Writer raw) {
    raw.writeString(record('E', ""));
  }
}
