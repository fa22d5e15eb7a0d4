package io.netpoll.buffer;

import io.netpoll.LinkBuffer;
import io.netpoll.Writer;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;

/**
 * A writer into an output chain, which a subclass's flush empties. It is called by the writing
 * thread.
 */
public abstract class OutputWriter implements Writer {
  /** Files up to this size are copied whole. */
  private static final int LARGEST_COPY = 1 << 20;

  /** The output chain. */
  protected final LinkedBuffer buffer = new LinkedBuffer();

  /** For subclasses. */
  protected OutputWriter() {}

  @Override
  public final ByteBuffer malloc(int n) {
    return buffer.malloc(n);
  }

  @Override
  public final void mallocAck(int n) {
    buffer.mallocAck(n);
  }

  @Override
  public final int mallocLength() {
    return buffer.mallocLength();
  }

  @Override
  public final void writeByte(int value) {
    buffer.writeByte(value);
  }

  @Override
  public final void writeShort(int value) {
    buffer.writeShort(value);
  }

  @Override
  public final void writeInt(int value) {
    buffer.writeInt(value);
  }

  @Override
  public final void writeLong(long value) {
    buffer.writeLong(value);
  }

  @Override
  public final int writeString(String value, Charset charset) {
    return buffer.writeString(value, charset);
  }

  @Override
  public final void writeBinary(byte[] source, int offset, int length) {
    buffer.writeBinary(source, offset, length);
  }

  @Override
  public final void writeBinary(ByteBuffer source) {
    buffer.writeBinary(source);
  }

  @Override
  public final void writeDirect(ByteBuffer direct, int remaining) {
    buffer.writeDirect(direct, remaining);
  }

  @Override
  public final void append(LinkBuffer source) {
    buffer.append(source);
  }

  @Override
  public final void transferFrom(FileChannel file, long position, long count) throws IOException {
    WriteSide.checkPart(position, count);
    if (count <= LARGEST_COPY) {
      buffer.transferFrom(file, position, count);
      return;
    }
    long size = file.size();
    if (position > size - count) {
      throw WriteSide.endOfFile(position, count, size);
    }
    beginParts();
    flush();
    long done = 0;
    while (count - done > LARGEST_COPY) {
      copyPart(file, position + done, LARGEST_COPY, done > 0);
      flush();
      done += LARGEST_COPY;
    }
    copyPart(file, position + done, count - done, true);
  }

  private void copyPart(FileChannel file, long position, long count, boolean begun)
      throws IOException {
    try {
      buffer.transferFrom(file, position, count);
    } catch (IOException e) {
      if (begun) {
        brokeOff(e);
      }
      throw e;
    }
  }

  /**
   * Refuses, where the calling thread must not wait, to copy what may have to wait between flushes.
   *
   * @throws io.netpoll.InlineWaitException if it must not
   */
  protected void beginParts() {}

  /**
   * A file could not be read on after a part of it was flushed: whoever gets that part must not
   * take it for the whole.
   *
   * @param cause why
   */
  protected void brokeOff(IOException cause) {}
}
