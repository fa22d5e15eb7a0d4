package io.netpoll.benchmarks;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.StandardSocketOptions;
import java.nio.channels.AsynchronousChannelGroup;
import java.nio.channels.AsynchronousServerSocketChannel;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The service on the JDK's asynchronous channels; frames are answered by the threads of the group,
 * of which there are as many as event loops were asked for.
 */
final class JdkAsyncPeer implements Peer {
  private final PeerSettings settings;
  private final AsynchronousChannelGroup group;
  private final AsynchronousServerSocketChannel listener;

  JdkAsyncPeer(PeerSettings settings) throws IOException {
    this.settings = settings;
    group =
        AsynchronousChannelGroup.withFixedThreadPool(
            settings.loops(), Executors.defaultThreadFactory());
    try {
      listener = AsynchronousServerSocketChannel.open(group);
      listener.setOption(StandardSocketOptions.SO_REUSEADDR, true);
      listener.bind(settings.address(), PeerSettings.BACKLOG);
      listener.accept(null, new Accepting());
    } catch (Throwable e) {
      group.shutdownNow();
      throw e;
    }
  }

  private void serve(AsynchronousSocketChannel connection) {
    try {
      connection.setOption(StandardSocketOptions.TCP_NODELAY, true);
      new AsyncEcho(connection, settings.work()).start();
    } catch (IOException e) {
      AsyncEcho.close(connection);
    }
  }

  /** Serves what was accepted, and accepts on, until the listener is closed. */
  private final class Accepting
      implements CompletionHandler<AsynchronousSocketChannel, @Nullable Void> {
    @Override
    public void completed(AsynchronousSocketChannel connection, @Nullable Void unused) {
      serve(connection);
      if (listener.isOpen()) {
        listener.accept(null, this);
      }
    }

    @Override
    public void failed(Throwable closed, @Nullable Void unused) {
      if (listener.isOpen()) {
        listener.accept(null, this);
      }
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
    return "peer=" + PeerName.JDK_ASYNC + " loops=" + settings.loops();
  }

  @Override
  public void close() throws IOException {
    listener.close();
    group.shutdownNow(); // which closes the connections
    try {
      group.awaitTermination(5, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
