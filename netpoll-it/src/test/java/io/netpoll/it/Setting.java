package io.netpoll.it;

import io.netpoll.Execution;
import io.netpoll.OnRequest;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.spi.PollerProvider;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.ServiceLoader;

/**
 * A backend and an execution mode.
 *
 * @param backend its name
 * @param execution where handlers run
 */
public record Setting(String backend, Execution execution) {

  /** Every backend that can run here with every execution mode that this JDK has. */
  public static List<Setting> all() {
    List<Setting> all = new ArrayList<>();
    for (PollerProvider provider : ServiceLoader.load(PollerProvider.class)) {
      boolean real = !provider.name().equals("fake"); // the testkit's has no sockets
      if (real && provider.availability().available()) {
        all.add(new Setting(provider.name(), Execution.adaptive()));
        all.add(new Setting(provider.name(), Execution.inline()));
        all.add(new Setting(provider.name(), Execution.workers()));
        if (Runtime.version().feature() >= 21) {
          all.add(new Setting(provider.name(), Execution.virtualThreads()));
        }
      }
    }
    return all;
  }

  /** The execution of a mode, for programs that are told its label. */
  public static Execution execution(String label) {
    return switch (label) {
      case "adaptive" -> Execution.adaptive();
      case "inline" -> Execution.inline();
      case "workers" -> Execution.workers();
      case "virtual" -> Execution.virtualThreads();
      default -> throw new IllegalArgumentException("There is no execution mode " + label + ".");
    };
  }

  /** A handler that echoes frames, in the style that this execution mode asks for. */
  public OnRequest echo() {
    if (execution.mode() == Execution.Mode.INLINE) {
      return connection -> {
        Reader in = connection.reader();
        while (in.request(Integer.BYTES)
            && in.request(Integer.BYTES + in.peek(Integer.BYTES).getInt())) {
          answer(connection.writer(), in.next(in.readInt()));
        }
        connection.writer().flush();
      };
    }
    return connection -> {
      Reader in = connection.reader();
      answer(connection.writer(), in.next(in.readInt()));
      connection.writer().flush();
    };
  }

  private static void answer(Writer out, ByteBuffer payload) {
    out.writeInt(payload.remaining());
    out.writeBinary(payload);
  }
}
