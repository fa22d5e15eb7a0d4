package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The echo service with its frames answered off the event loop, one at a time for each connection
 * and in order. The event loop cuts the complete frames of a read and hands them over together; the
 * executor answers them and hands the answers back together, so that a batch costs one crossing
 * each way. One instance serves one connection.
 *
 * <p>The event loop alone adds to {@link #batches} and touches {@link #unanswered}. {@link
 * #waiting} counts batches that are queued or being answered: who raises it from zero starts the
 * drain, which is the only one until it has lowered it to zero again.
 */
final class OffloadedEcho extends ByteToMessageDecoder {
  private static final int PAUSE_AT = 64;

  private final Work work;
  private final Executor executor;
  private final Queue<ByteBuf> batches = new ConcurrentLinkedQueue<>();
  private final AtomicInteger waiting = new AtomicInteger();
  private int unanswered;

  OffloadedEcho(Work work, Executor executor) {
    this.work = work;
    this.executor = executor;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    int complete = LoopEcho.completeFrames(in);
    if (complete == 0) {
      return;
    }
    unanswered++;
    control(context);
    batches.add(in.readRetainedSlice(complete));
    if (waiting.getAndIncrement() == 0) {
      executor.execute(() -> drain(context));
    }
  }

  private void drain(ChannelHandlerContext context) {
    do {
      ByteBuf batch = batches.remove();
      ByteBuf answer = null;
      try {
        answer = LoopEcho.answer(context, batch, batch.readableBytes(), work);
      } catch (IOException | InterruptedException e) {
        context.close();
      } finally {
        batch.release();
      }
      answered(context, answer);
    } while (waiting.decrementAndGet() > 0);
  }

  private void answered(ChannelHandlerContext context, @Nullable ByteBuf answer) {
    context
        .executor()
        .execute(
            () -> {
              unanswered--;
              if (answer != null) {
                context.writeAndFlush(answer, context.voidPromise());
              }
              control(context);
            });
  }

  /** Stops reading from a peer that does not read, or that sends faster than it is answered. */
  private void control(ChannelHandlerContext context) {
    boolean read = context.channel().isWritable() && unanswered < PAUSE_AT;
    if (read != context.channel().config().isAutoRead()) {
      context.channel().config().setAutoRead(read);
    }
  }

  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    control(context);
    super.channelWritabilityChanged(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
