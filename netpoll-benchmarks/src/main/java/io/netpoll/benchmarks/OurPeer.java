package io.netpoll.benchmarks;

import io.netpoll.EventLoop;
import io.netpoll.Execution;
import io.netpoll.Listener;
import io.netpoll.PollerGroup;
import io.netpoll.PollerUnavailableException;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;

/** A server on Netpoll. */
final class OurPeer implements Peer {
  private static final Duration PATIENCE = Duration.ofSeconds(1);

  private final PeerSettings settings;
  private final PollerGroup group;
  private final OurService service;
  private final Listener listener;
  private final EventLoop server;

  OurPeer(PeerName name, PeerSettings settings) throws IOException {
    this.settings = settings;
    group = group(name, settings);
    service = service(settings);
    try {
      listener =
          Listener.builder().group(group).backlog(PeerSettings.BACKLOG).bind(settings.address());
      server = service.server().coalesceFlushes(settings.sending() == Sending.BATCH).build();
      server.start(listener);
    } catch (Throwable e) {
      service.close();
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

  private static OurService service(PeerSettings settings) {
    if (settings.fanOut()) {
      return new OurFanOut(settings);
    }
    if (settings.answers() == Answers.POOL) {
      return new OurPooledAnswers(new AnswerPool(settings.poolThreads(), settings.work()));
    }
    return new OurAnswers(settings);
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
        + " "
        + settings.handling("send=" + settings.sending());
  }

  @Override
  public void close() {
    server.shutdown(PATIENCE);
    listener.close();
    service.close();
    group.close();
  }
}
