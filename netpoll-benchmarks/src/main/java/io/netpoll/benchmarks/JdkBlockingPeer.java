package io.netpoll.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;

/** The service on blocking sockets of the JDK: a thread for each connection, virtual or not. */
final class JdkBlockingPeer implements Peer {
  private final PeerName name;
  private final PeerSettings settings;
  private final ExecutorService threads;
  private final BlockingService service;
  private final ServerSocketChannel listener;
  private final Set<SocketChannel> connections = ConcurrentHashMap.newKeySet();

  JdkBlockingPeer(PeerName name, PeerSettings settings) throws IOException {
    this.name = name;
    this.settings = settings;
    threads =
        name == PeerName.JDK_VIRTUAL ? VirtualThreads.executor() : Executors.newCachedThreadPool();
    service = service(settings, threads);
    listener = ServerSocketChannel.open();
    try {
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      listener.bind(settings.address(), PeerSettings.BACKLOG);
      threads.execute(this::accept);
    } catch (Throwable e) {
      listener.close();
      threads.shutdown();
      service.close();
      throw e;
    }
  }

  private static BlockingService service(PeerSettings settings, ExecutorService threads) {
    FileAnswer file = settings.file();
    if (file != null) {
      return connection -> new BlockingFile(connection, file).run();
    }
    if (settings.fanOut()) {
      return new BlockingFanOut(settings.work(), threads);
    }
    if (settings.answers() == Answers.POOL) {
      return new BlockingPooledAnswers(new AnswerPool(settings.poolThreads(), settings.work()));
    }
    return connection -> new BlockingEcho(connection, settings.sending(), settings.work()).run();
  }

  private void accept() {
    try {
      while (true) {
        SocketChannel connection = listener.accept();
        connections.add(connection);
        threads.execute(() -> serve(connection));
      }
    } catch (IOException | RejectedExecutionException closed) {
      // The listener was closed: this thread's work is done.
    }
  }

  private void serve(SocketChannel connection) {
    try (connection) {
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
      service.serve(connection);
    } catch (IOException | InterruptedException e) {
      // The client is gone, or this server ends: there is nobody to tell.
    } finally {
      connections.remove(connection);
    }
  }

  @Override
  public InetSocketAddress address() {
    try {
      return (InetSocketAddress) listener.getLocalAddress();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public String description() {
    return "peer=" + name + " " + settings.handling("send=" + settings.sending());
  }

  @Override
  public void close() throws IOException {
    listener.close();
    threads.shutdownNow(); // an interrupt closes the channel that its thread waits in
    for (SocketChannel connection : connections) {
      connection.close();
    }
    Threads.end(threads);
    service.close();
  }
}
