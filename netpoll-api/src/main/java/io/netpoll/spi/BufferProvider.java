package io.netpoll.spi;

import io.netpoll.BufferMemory;
import io.netpoll.LinkBuffer;
import io.netpoll.Reader;
import io.netpoll.Writer;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.ReadableByteChannel;
import java.nio.channels.WritableByteChannel;

/**
 * Found by the API with ServiceLoader: makes free-standing buffers, and readers and writers of
 * streams and channels. Implemented by netpoll-buffer.
 */
public interface BufferProvider {

  /**
   * Makes an empty buffer.
   *
   * @return a new buffer
   */
  LinkBuffer create();

  /**
   * Does what {@link Reader#from(InputStream)} says.
   *
   * @param source where the bytes come from
   * @return a new reader
   */
  Reader reader(InputStream source);

  /**
   * Does what {@link Reader#from(ReadableByteChannel)} says.
   *
   * @param source where the bytes come from
   * @return a new reader
   */
  Reader reader(ReadableByteChannel source);

  /**
   * Does what {@link Writer#to(OutputStream)} says.
   *
   * @param sink where the bytes go
   * @return a new writer
   */
  Writer writer(OutputStream sink);

  /**
   * Does what {@link Writer#to(WritableByteChannel)} says.
   *
   * @param sink where the bytes go
   * @return a new writer
   */
  Writer writer(WritableByteChannel sink);

  /**
   * Tells how much direct memory all buffers take.
   *
   * @return the numbers of this moment
   */
  BufferMemory memory();
}
