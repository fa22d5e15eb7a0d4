package io.netpoll.benchmarks;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.AsciiString;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/**
 * Answers {@code /plaintext} with the same header fields and body as the example of ours, and all
 * else with 404; flushes when the batch is over. Runs on the event loop; one instance serves one
 * connection.
 */
final class HttpGreeting extends ChannelInboundHandlerAdapter {
  private static final ByteBuf GREETING =
      Unpooled.unreleasableBuffer(
              Unpooled.directBuffer()
                  .writeBytes("Hello, World!".getBytes(StandardCharsets.US_ASCII)))
          .asReadOnly();

  private final Date date;

  HttpGreeting(Date date) {
    this.date = date;
  }

  /** The Date field's value, made once a second. Thread-safe. */
  static final class Date {
    private static final DateTimeFormatter FORM =
        DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private volatile Second last = new Second(0);

    private record Second(long number, AsciiString text) {
      Second(long number) {
        this(number, new AsciiString(FORM.format(Instant.ofEpochSecond(number))));
      }
    }

    private AsciiString now() {
      long now = System.currentTimeMillis() / 1000;
      Second second = last;
      if (second.number != now) {
        second = new Second(now);
        last = second;
      }
      return second.text;
    }
  }

  @Override
  public void channelRead(ChannelHandlerContext context, Object message) {
    try {
      if (message instanceof HttpRequest request) {
        answer(context, request);
      }
    } finally {
      ReferenceCountUtil.release(message);
    }
  }

  private void answer(ChannelHandlerContext context, HttpRequest request) {
    boolean found = request.uri().equals("/plaintext");
    ByteBuf body = found ? GREETING.duplicate() : Unpooled.EMPTY_BUFFER;
    FullHttpResponse response =
        new DefaultFullHttpResponse(
            HttpVersion.HTTP_1_1,
            found ? HttpResponseStatus.OK : HttpResponseStatus.NOT_FOUND,
            body);
    response
        .headers()
        .set(HttpHeaderNames.DATE, date.now())
        .set(HttpHeaderNames.CONTENT_TYPE, HttpHeaderValues.TEXT_PLAIN)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, body.readableBytes());
    boolean keepsAlive = request.decoderResult().isSuccess() && HttpUtil.isKeepAlive(request);
    HttpUtil.setKeepAlive(response, keepsAlive);
    if (keepsAlive) {
      context.write(response, context.voidPromise());
    } else {
      context.write(response).addListener(ChannelFutureListener.CLOSE);
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
