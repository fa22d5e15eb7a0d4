package io.netpoll.benchmarks;

import io.netpoll.Connection;
import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.OnRequest;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.benchmarks.rpc.Work;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/**
 * The service on Netpoll: a handler in blocking style that answers one frame a call, or, where it
 * runs inline and must not wait, one that answers every frame that is there as a whole.
 */
final class OurPeer implements Peer {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final PeerSettings settings;
  private final PollerGroup group;
  private final Listener listener;
  private final EventLoop server;

  OurPeer(PeerName name, PeerSettings settings) throws IOException {
    this.settings = settings;
    group = group(name, settings);
    try {
      listener =
          Listener.builder().group(group).backlog(PeerSettings.BACKLOG).bind(settings.address());
      server =
          EventLoop.builder(handler(settings))
              .coalesceFlushes(settings.sending() == Sending.BATCH)
              .build();
      server.start(listener);
    } catch (Throwable e) {
      group.close();
      throw e;
    }
  }

  private static PollerGroup group(PeerName name, PeerSettings settings) {
    PollerGroup.Builder builder =
        PollerGroup.builder().name("peer").backend(name.backend()).execution(execution(settings));
    if (settings.loops() > 0) {
      builder.loops(settings.loops());
    }
    try {
      return builder.build();
    } catch (PollerUnavailableException e) {
      throw new UnsupportedOperationException(name + " cannot be used here: " + e.getMessage(), e);
    }
  }

  private static Execution execution(PeerSettings settings) {
    if (settings.execution() == ExecutionName.VIRTUAL) {
      VirtualThreads.require();
    }
    return settings.execution().execution();
  }

  private static OnRequest handler(PeerSettings settings) {
    Work work = settings.work();
    FileAnswer file = settings.file();
    boolean inline = settings.execution() == ExecutionName.INLINE;
    return connection -> {
      try {
        if (file != null) {
          send(connection, file);
        } else if (inline) {
          available(connection, work);
        } else {
          blocking(connection, work);
        }
      } catch (IOException e) {
        connection.close(); // the client is gone or sent what is no frame
      }
    };
  }

  private static void send(Connection connection, FileAnswer file) throws IOException {
    connection.reader().skip(1);
    connection.writer().transferFrom(file.path(), 0, file.size());
    connection.writer().flush();
  }

  private static void blocking(Connection connection, Work work)
      throws IOException, InterruptedException {
    Reader in = connection.reader();
    int length = FrameLengths.checked(in.readInt());
    work.service().answer(in, length, connection.writer(), work);
    connection.writer().flush();
  }

  private static void available(Connection connection, Work work)
      throws IOException, InterruptedException {
    Reader in = connection.reader();
    Writer out = connection.writer();
    boolean answered = false;
    while (in.request(Integer.BYTES)) {
      int length = FrameLengths.checked(in.peekInt());
      if (!in.request(Integer.BYTES + length)) {
        break;
      }
      in.skip(Integer.BYTES);
      work.service().answer(in, length, out, work);
      answered = true;
    }
    if (answered) {
      out.flush();
    }
  }

  @Override
  public InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  @Override
  public String description() {
    return "backend="
        + group.backend()
        + " execution="
        + group.execution()
        + " loops="
        + group.loops()
        + " send="
        + settings.sending();
  }

  @Override
  public void close() {
    server.shutdown(PATIENCE);
    listener.close();
    group.close();
  }
}
