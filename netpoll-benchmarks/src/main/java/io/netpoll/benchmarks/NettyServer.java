package io.netpoll.benchmarks;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.group.ChannelGroup;
import io.netty.channel.group.DefaultChannelGroup;
import io.netty.util.concurrent.ImmediateEventExecutor;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A listener of Netty's with its event loops, which accept and serve. The allocator is the default
 * one. Any thread closes it.
 */
final class NettyServer implements AutoCloseable {
  // Without a quiet period, a loop that is told to end while it runs tasks ends at once, and leaves
  // its connections open.
  private static final long QUIET_MILLIS = 50;
  private static final long PATIENCE_MILLIS = 5000;

  private final EventLoopGroup loops;
  private final ChannelGroup connections =
      new DefaultChannelGroup(ImmediateEventExecutor.INSTANCE, true); // true: once closed, for good

  private final Channel listener;

  /**
   * Binds.
   *
   * @param count how many event loops
   * @param pipeline builds that of every connection, on its event loop
   */
  NettyServer(
      NettyTransport transport,
      InetSocketAddress address,
      int count,
      Consumer<ChannelPipeline> pipeline)
      throws InterruptedException {
    loops = transport.loops(count);
    try {
      listener = transport.acceptor(loops, tracked(pipeline)).bind(address).sync().channel();
    } catch (Throwable e) {
      endThreads();
      throw e;
    }
  }

  private Consumer<ChannelPipeline> tracked(Consumer<ChannelPipeline> builder) {
    return pipeline -> {
      connections.add(pipeline.channel());
      builder.accept(pipeline);
    };
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Closes the listener and all connections, and waits for the event loops to end. */
  @Override
  public void close() {
    // A loop of io_uring that ends cancels what is under way on a channel, a listener's accept or a
    // receive into the buffers of a ring, and does not wait for the close that has to follow.
    listener.close().awaitUninterruptibly();
    connections.close().awaitUninterruptibly(PATIENCE_MILLIS);
    endThreads();
  }

  private void endThreads() {
    try {
      loops.shutdownGracefully(QUIET_MILLIS, PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
      loops.awaitTermination(PATIENCE_MILLIS, TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
