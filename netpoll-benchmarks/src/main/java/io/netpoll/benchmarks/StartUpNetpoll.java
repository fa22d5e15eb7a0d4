package io.netpoll.benchmarks;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import io.netpoll.Reader;
import io.netpoll.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * The least that a user writes for an echo server on Netpoll, to measure how long it takes to
 * start: {@code StartUpNetpoll BACKEND PORT}. Handlers run inline and answer every complete frame
 * that is there.
 */
public final class StartUpNetpoll implements OnRequest {
  private StartUpNetpoll() {}

  /**
   * Serves until the process ends.
   *
   * @param args name of a backend, and a port
   */
  public static void main(String[] args) throws IOException {
    PollerGroup group =
        PollerGroup.builder().backend(args[0]).loops(1).execution(Execution.inline()).build();
    Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:".concat(args[1]));
    EventLoop.builder(new StartUpNetpoll()).build().serve(listener);
  }

  @Override
  public void onRequest(Connection connection) throws IOException {
    Reader in = connection.reader();
    Writer out = connection.writer();
    boolean answered = false;
    while (in.request(Integer.BYTES)) {
      int length = FrameLengths.checked(in.peek(Integer.BYTES).getInt());
      if (!in.request(Integer.BYTES + length)) {
        break;
      }
      in.skip(Integer.BYTES);
      ByteBuffer payload = in.next(length);
      out.writeInt(length);
      out.writeBinary(payload);
      answered = true;
    }
    if (answered) {
      out.flush();
    }
  }
}
