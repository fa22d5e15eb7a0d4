package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;
import java.io.IOException;

/**
 * The echo service as Netty's users mostly write it: it is given one payload at a time by a {@link
 * LengthFieldBasedFrameDecoder}, answers it in a buffer of its own, and flushes when the batch is
 * over. Runs on the event loop; one instance serves one connection.
 */
final class FrameEcho extends ChannelInboundHandlerAdapter {
  private final Work work;

  FrameEcho(Work work) {
    this.work = work;
  }

  /** A decoder of the frames that this handler answers. */
  static LengthFieldBasedFrameDecoder decoder() {
    return new LengthFieldBasedFrameDecoder(
        FrameLengths.MAX + Integer.BYTES, 0, Integer.BYTES, 0, Integer.BYTES);
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message)
      throws IOException, InterruptedException {
    ByteBuf payload = (ByteBuf) message;
    try {
      int length = payload.readableBytes();
      context.write(answer(context, payload, length), context.voidPromise());
    } finally {
      payload.release();
    }
  }

  private ByteBuf answer(ChannelHandlerContext context, ByteBuf payload, int length)
      throws IOException, InterruptedException {
    ByteBuf answer = context.alloc().directBuffer(Integer.BYTES + length);
    try {
      work.service().answer(payload, length, answer, work);
    } catch (Throwable e) {
      answer.release();
      throw e;
    }
    return answer;
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) {
    context.flush();
  }

  /** A peer that does not read its answers is not read from, until it has read them. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) {
    context.channel().config().setAutoRead(context.channel().isWritable());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
