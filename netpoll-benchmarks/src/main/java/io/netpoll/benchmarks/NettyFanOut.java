package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Message;
import io.netpoll.benchmarks.rpc.Work;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.WriteBufferWaterMark;
import io.netty.handler.codec.ByteToMessageDecoder;
import io.netty.util.concurrent.EventExecutor;
import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Publish and subscribe on Netty. The frames that a publisher's event loop has read together are
 * encoded into one buffer, which every event loop writes to its own subscribers, those left out
 * that are not writable.
 */
final class NettyFanOut implements NettyService {
  private static final WriteBufferWaterMark MARK =
      new WriteBufferWaterMark(Backlog.LIMIT / 2, Backlog.LIMIT);

  private final Work work;
  private final Map<EventExecutor, Subscribers> subscribers = new ConcurrentHashMap<>();

  NettyFanOut(Work work) {
    this.work = work;
  }

  @Override
  public void addTo(ChannelPipeline pipeline) {
    pipeline.channel().config().setWriteBufferWaterMark(MARK);
    pipeline.addLast(new Connection());
  }

  /** Sends frames to all subscribers, and owns their buffer. */
  private void publish(ByteBuf frames) {
    for (Subscribers some : subscribers.values()) {
      some.publish(frames.retain());
    }
    frames.release();
  }

  /** The subscribers of one event loop, which alone touches them. */
  private static final class Subscribers {
    private final EventExecutor loop;
    private final Set<ChannelHandlerContext> all = new LinkedHashSet<>();

    Subscribers(EventExecutor loop) {
      this.loop = loop;
    }

    /** Any thread; owns the buffer. */
    void publish(ByteBuf frames) {
      if (loop.inEventLoop()) {
        write(frames);
      } else {
        loop.execute(() -> write(frames));
      }
    }

    private void write(ByteBuf frames) {
      for (ChannelHandlerContext each : all) {
        if (each.channel().isWritable()) {
          each.writeAndFlush(frames.retainedDuplicate(), each.voidPromise());
        }
      }
      frames.release();
    }
  }

  /** Serves one connection, on its event loop. */
  private final class Connection extends ByteToMessageDecoder {
    private boolean begun;
    private @Nullable ByteBuf batch;

    @Override
    protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
        throws IOException, InterruptedException {
      int end = in.readerIndex() + LoopEcho.completeFrames(in);
      while (in.readerIndex() < end) {
        received(context, Message.read(in, in.readInt()));
      }
    }

    private void received(ChannelHandlerContext context, Message message)
        throws InterruptedException {
      boolean first = !begun;
      begun = true;
      if (first && message.isSubscription()) {
        subscribe(context, message);
        return;
      }
      work.runFor(message);
      ByteBuf frames = batch;
      if (frames == null) {
        frames = context.alloc().directBuffer(Integer.BYTES + message.length());
        batch = frames;
      }
      message.answer().write(frames);
    }

    private void subscribe(ChannelHandlerContext context, Message request) {
      ByteBuf frame = context.alloc().directBuffer(Integer.BYTES + request.length());
      request.answer().write(frame);
      context.write(frame, context.voidPromise());
      subscribers.computeIfAbsent(context.executor(), Subscribers::new).all.add(context);
      context.flush(); // not before: who has the answer is sent what follows
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext context) throws Exception {
      publishBatch();
      super.channelReadComplete(context);
    }

    @Override
    public void channelInactive(ChannelHandlerContext context) throws Exception {
      super.channelInactive(context);
      publishBatch();
      Subscribers some = subscribers.get(context.executor());
      if (some != null) {
        some.all.remove(context);
      }
    }

    private void publishBatch() {
      ByteBuf frames = batch;
      if (frames != null) {
        batch = null;
        publish(frames);
      }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
      context.close();
    }
  }
}
