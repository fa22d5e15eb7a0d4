package io.netpoll.benchmarks;

import io.netpoll.benchmarks.rpc.Work;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.io.IOException;
import java.util.List;

/**
 * The echo service as a Netty decoder for this one protocol: all complete frames of a read are
 * answered in one buffer, and all reads of a batch are sent together. Runs on the event loop; one
 * instance serves one connection.
 */
final class LoopEcho extends ByteToMessageDecoder {
  private final Work work;

  LoopEcho(Work work) {
    this.work = work;
  }

  @Override
  protected void decode(ChannelHandlerContext context, ByteBuf in, List<Object> out)
      throws Exception {
    int complete = completeFrames(in);
    if (complete > 0) {
      context.write(answer(context, in, complete, work), context.voidPromise());
    }
  }

  @Override
  public void channelReadComplete(ChannelHandlerContext context) throws Exception {
    context.flush();
    super.channelReadComplete(context);
  }

  /** A peer that does not read its answers is not read from, until it has read them. */
  @Override
  public void channelWritabilityChanged(ChannelHandlerContext context) throws Exception {
    context.channel().config().setAutoRead(context.channel().isWritable());
    super.channelWritabilityChanged(context);
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }

  /** How many readable bytes belong to frames that are there as a whole, lengths included. */
  static int completeFrames(ByteBuf in) throws IOException {
    int start = in.readerIndex();
    int end = in.writerIndex();
    int next = start;
    while (end - next >= Integer.BYTES) {
      int length = FrameLengths.checked(in.getInt(next));
      if (end - next - Integer.BYTES < length) {
        break;
      }
      next += Integer.BYTES + length;
    }
    return next - start;
  }

  /** Reads frames and encodes their answers into a new buffer, which the caller owns. */
  static ByteBuf answer(ChannelHandlerContext context, ByteBuf in, int bytes, Work work)
      throws IOException, InterruptedException {
    ByteBuf answer = context.alloc().directBuffer(bytes);
    int end = in.readerIndex() + bytes;
    try {
      while (in.readerIndex() < end) {
        int length = in.readInt();
        work.service().answer(in, length, answer, work);
      }
    } catch (Throwable e) {
      answer.release();
      throw e;
    }
    return answer;
  }
}
