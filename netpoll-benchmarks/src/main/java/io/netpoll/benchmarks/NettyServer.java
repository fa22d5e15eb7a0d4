package io.netpoll.benchmarks;

import io.netty.channel.Channel;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.EventLoopGroup;
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
      listener = transport.acceptor(loops, pipeline).bind(address).sync().channel();
    } catch (Throwable e) {
      endThreads();
      throw e;
    }
  }

  InetSocketAddress address() {
    return (InetSocketAddress) listener.localAddress();
  }

  /** Closes the listener and all connections, and waits for the event loops to end. */
  @Override
  public void close() {
    listener.close().awaitUninterruptibly(); // the end of an io_uring loop would not close it
    endThreads(); // which closes the connections
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
