package io.netpoll.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelPipeline;
import io.netty.channel.DefaultFileRegion;
import io.netty.handler.stream.ChunkedFile;
import io.netty.handler.stream.ChunkedWriteHandler;
import java.io.IOException;

/**
 * Answers every byte with a file as Netty's users do: with a region of it, or in chunks. Runs on
 * the event loop; one instance serves one connection.
 */
final class NettyFile extends ChannelInboundHandlerAdapter {
  private static final int CHUNK = 64 << 10;

  private final FileAnswer file;

  private NettyFile(FileAnswer file) {
    this.file = file;
  }

  /** Builds the pipeline of a connection. */
  static void addTo(ChannelPipeline pipeline, FileAnswer file) {
    if (file.sending() == FileSending.CHUNKED) {
      pipeline.addLast(new ChunkedWriteHandler());
    }
    pipeline.addLast(new NettyFile(file));
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) throws IOException {
    ByteBuf requests = (ByteBuf) message;
    int count = requests.readableBytes();
    requests.release();
    for (int i = 0; i < count; i++) {
      context.write(answer());
    }
    context.flush();
  }

  private Object answer() throws IOException {
    return file.sending() == FileSending.CHUNKED
        ? new ChunkedFile(file.path().toFile(), CHUNK)
        : new DefaultFileRegion(file.path().toFile(), 0, file.size());
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    context.close();
  }
}
