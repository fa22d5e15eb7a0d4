package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.handler.flush.FlushConsolidationHandler;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Answers from a pool on Netty: the event loop reads requests, and the threads of the pool write
 * and flush an answer each. Flushes that wait for the loop together are made one.
 */
final class NettyPooledAnswers implements NettyService {
  private static final int MOST_FLUSHES = 256; // as many as Netty takes by default

  private final AnswerPool pool;

  /** Owns the pool from now on. */
  NettyPooledAnswers(AnswerPool pool) {
    this.pool = pool;
  }

  @Override
  public void addTo(ChannelPipeline pipeline) {
    pipeline.addLast(new FlushConsolidationHandler(MOST_FLUSHES, true), new Requests(pool));
  }

  @Override
  public void close() {
    pool.close();
  }

  /**
   * Reads the requests of one connection. The event loop stops reading at {@link
   * AnswerPool#UNANSWERED} requests without an answer; the thread that halves their number, which
   * happens after that, lets it look again.
   */
  private static final class Requests extends ByteToMessageDecoder {
    private final AnswerPool pool;
    private final AtomicInteger unanswered = new AtomicInteger();

    Requests(AnswerPool pool) {
      this.pool = pool;
    }

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
        throws IOException {
      int complete = LoopEcho.completeFrames(in);
      int end = in.readerIndex() + complete;
      while (in.readerIndex() < end) {
        Message request = Message.read(in, in.readInt());
        unanswered.incrementAndGet();
        pool.answer(request, new Output(context));
      }
      control(context);
    }

    /** Stops reading from a peer that does not read, or that sends faster than it is answered. */
    private void control(ChannelHandlerContext context) {
      boolean read = context.channel().isWritable() && unanswered.get() < AnswerPool.UNANSWERED;
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

    private final class Output implements AnswerPool.Output {
      private final ChannelHandlerContext context;

      Output(ChannelHandlerContext context) {
        this.context = context;
      }

      @Override
      public void send(Message answer) {
        ByteBuf frame = context.alloc().directBuffer(Integer.BYTES + answer.length());
        answer.write(frame);
        context.writeAndFlush(frame, context.voidPromise());
        if (unanswered.decrementAndGet() == AnswerPool.UNANSWERED / 2) {
          context.executor().execute(() -> control(context));
        }
      }

      @Override
      public void fail() {
        context.close();
      }
    }
  }
}
