package io.netpoll.it.cost;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Listener;
import io.netpoll.LoopStats;
import io.netpoll.PollerGroup;
import io.netpoll.Reader;
import io.netpoll.it.Setting;
import java.io.IOException;
import java.net.InetSocketAddress;

/** The server itself; loaded by a {@link CountingLoader}, by name. */
public final class CountedEcho implements CountedServer {
  private PollerGroup group;
  private EventLoop server;

  /** Called by reflection. */
  public CountedEcho() {}

  @Override
  public InetSocketAddress serve(String backend, String mode) throws IOException {
    group =
        PollerGroup.builder().backend(backend).loops(1).execution(Setting.execution(mode)).build();
    Listener listener = Listener.builder().group(group).bind("tcp", "127.0.0.1:0");
    server = EventLoop.builder(CountedEcho::echo).build();
    server.start(listener);
    return (InetSocketAddress) listener.localAddress();
  }

  /** Answers a frame that is there as a whole, in every mode. */
  private static void echo(Connection connection) throws IOException {
    Reader in = connection.reader();
    if (in.request(Integer.BYTES + SIZE)) {
      int length = in.readInt();
      connection.writer().writeInt(length);
      connection.writer().writeBinary(in.next(length));
      connection.writer().flush();
    }
  }

  @Override
  public long polls() {
    return group.loopStats().stream().mapToLong(LoopStats::polls).sum();
  }

  @Override
  public void close() {
    server.close();
    group.close();
  }
}
