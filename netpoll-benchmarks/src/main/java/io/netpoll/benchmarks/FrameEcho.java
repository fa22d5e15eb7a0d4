package io.netpoll.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.LengthFieldBasedFrameDecoder;

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
      throws InterruptedException {
    ByteBuf payload = (ByteBuf) message;
    try {
      work.run();
      int length = payload.readableBytes();
      ByteBuf answer = context.alloc().directBuffer(Integer.BYTES + length);
      answer.writeInt(length).writeBytes(payload);
      context.write(answer, context.voidPromise());
    } finally {
      payload.release();
    }
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
