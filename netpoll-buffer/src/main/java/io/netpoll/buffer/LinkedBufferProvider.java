package io.netpoll.buffer;

import io.netpoll.BufferMemory;
import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import io.netpoll.Writer;
import io.netpoll.internal.Version;
import io.netpoll.internal.Versions;
import io.netpoll.spi.BufferProvider;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;
import java.util.Objects;

/** Makes what the API offers of buffers, over the shared pool. Found by ServiceLoader. */
public final class LinkedBufferProvider implements BufferProvider {

  /** Called by ServiceLoader. */
  public LinkedBufferProvider() {
    requireOneVersion();
  }

  /**
   * Refuses this module beside others of another version.
   *
   * @throws IllegalStateException if netpoll-api is of another version
   */
  public static void requireOneVersion() {
    Versions.require("netpoll-buffer", Version.CURRENT);
  }

  @Override
  public LinkBuffer create() {
    return new LinkedBuffer();
  }

  @Override
  public Reader reader(InputStream source) {
    return new SourceReader(new StreamSource(Objects.requireNonNull(source, "source")));
  }

  @Override
  public Reader reader(ReadableByteChannel source) {
    return new SourceReader(Objects.requireNonNull(source, "source"));
  }

  @Override
  public Writer writer(OutputStream sink) {
    return new SinkWriter(new StreamSink(Objects.requireNonNull(sink, "sink")), sink);
  }

  @Override
  public Writer writer(WritableByteChannel sink) {
    return new SinkWriter(Objects.requireNonNull(sink, "sink"), () -> {});
  }

  @Override
  public BufferMemory memory() {
    PagePool pool = PagePool.shared();
    return new BufferMemory(pool.bytesHeld(), pool.bytesInUse(), pool.maxDirectMemory());
  }
}
