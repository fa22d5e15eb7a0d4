package io.netpoll.buffer;

import io.netpoll.spi.Spans;
import java.io.Flushable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.GatheringByteChannel;
import java.nio.channels.WritableByteChannel;

/** A writer whose flushes go to a blocking channel. One thread at a time. */
final class SinkWriter extends OutputWriter {
  private static final int MOST_SPANS = 16;

  private final WritableByteChannel sink;
  private final Flushable behind;
  private final Spans spans = new Spans(MOST_SPANS);

  /**
   * Makes a writer.
   *
   * @param behind flushed when the channel has taken everything
   */
  SinkWriter(WritableByteChannel sink, Flushable behind) {
    this.sink = sink;
    this.behind = behind;
  }

  @Override
  public void flush() throws IOException {
    buffer.flush();
    try {
      while (buffer.collect(spans) > 0) {
        buffer.acknowledge(write());
      }
    } finally {
      spans.clear();
    }
    behind.flush();
  }

  private int write() throws IOException {
    int taken;
    if (spans.count() > 1 && sink instanceof GatheringByteChannel) {
      ByteBuffer[] all = new ByteBuffer[spans.count()];
      for (int i = 0; i < all.length; i++) {
        all[i] = spans.buffer(i);
      }
      taken = (int) ((GatheringByteChannel) sink).write(all);
    } else {
      taken = sink.write(spans.buffer(0));
    }
    if (taken == 0) {
      throw new IOException(
          "A write of "
              + spans.bytes()
              + " bytes to "
              + sink
              + " moved none: put it into blocking mode.");
    }
    return taken;
  }
}
