package io.netpoll.buffer;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.Writer;
import io.netpoll.internal.StackRoom;
import java.io.EOFException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.Charset;
import java.util.Objects;

/**
 * The producer's side of a buffer: one thread at a time.
 *
 * <p>What is written becomes readable at {@link #flush}. A call that runs out of memory takes back
 * what it has written.
 *
 * <p>The methods for numbers look for room themselves rather than through {@link #room}; {@code
 * ReadSide} tells why.
 */
abstract class WriteSide extends WriteBuffer implements Writer {
  /** Foreign memory up to this size is copied: a node of its own costs more. */
  private static final int COPIED = 256;

  WriteSide(PagePool pool) {
    super(pool);
  }

  @Override
  public final ByteBuffer malloc(int n) {
    checkSize(n);
    if (n == 0) {
      return ReadSide.noBytes();
    }
    Node node = room(n);
    int at = node.end;
    wrote(node, n);
    mallocMark = pending;
    lastMalloc = n;
    return node.memory.slice(at, n);
  }

  @Override
  public final void mallocAck(int n) {
    if (n < 0 || n > pending) {
      throw new IllegalArgumentException(
          "Of " + pending + " bytes written since the last flush, " + n + " cannot be kept.");
    }
    keep(n);
  }

  @Override
  public final int mallocLength() {
    return saturated(pending);
  }

  @Override
  public final void writeByte(int value) {
    Node node = open;
    if (node == null || node.room() < 1) {
      node = grow(1, 1);
    }
    node.memory.put(node.end, (byte) value);
    wrote(node, 1);
  }

  @Override
  public final void writeShort(int value) {
    Node node = open;
    if (node == null || node.room() < 2) {
      node = grow(2, 2);
    }
    node.memory.putShort(node.end, (short) value);
    wrote(node, 2);
  }

  @Override
  public final void writeInt(int value) {
    Node node = open;
    if (node == null || node.room() < 4) {
      node = grow(4, 4);
    }
    node.memory.putInt(node.end, value);
    wrote(node, 4);
  }

  @Override
  public final void writeLong(long value) {
    Node node = open;
    if (node == null || node.room() < 8) {
      node = grow(8, 8);
    }
    node.memory.putLong(node.end, value);
    wrote(node, 8);
  }

  @Override
  public final int writeString(String value, Charset charset) {
    byte[] bytes = value.getBytes(charset);
    writeBinary(bytes, 0, bytes.length);
    return bytes.length;
  }

  @Override
  public final void writeBinary(byte[] source, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, source.length);
    long before = pending;
    try {
      for (int done = 0; done < length; ) {
        Node node = anyRoom(length - done);
        int run = Math.min(length - done, node.room());
        node.memory.put(node.end, source, offset + done, run);
        wrote(node, run);
        done += run;
      }
    } catch (OutOfDirectMemoryException e) {
      keep(before);
      throw e;
    }
  }

  @Override
  public final void writeBinary(ByteBuffer source) {
    copy(source, source.position(), source.remaining());
    source.position(source.limit());
  }

  private void copy(ByteBuffer source, int offset, int length) {
    long before = pending;
    try {
      for (int done = 0; done < length; ) {
        Node node = anyRoom(length - done);
        int run = Math.min(length - done, node.room());
        node.memory.put(node.end, source, offset + done, run);
        wrote(node, run);
        done += run;
      }
    } catch (OutOfDirectMemoryException e) {
      keep(before);
      throw e;
    }
  }

  @Override
  public final void writeDirect(ByteBuffer direct, int remaining) {
    int behind = pending == mallocMark ? lastMalloc : 0;
    if (!direct.isDirect()) {
      throw new IllegalArgumentException("Only a direct buffer is taken by reference: " + direct);
    }
    if (remaining < 0 || remaining > behind) {
      throw new IllegalArgumentException(
          "The last malloc still holds " + behind + " bytes, not " + remaining + ".");
    }
    int length = direct.remaining();
    if (length == 0) {
      return;
    }
    if (remaining == 0 && length <= COPIED) {
      copy(direct, direct.position(), length);
      return;
    }
    StackRoom.forABuffer();
    Node inserted = Node.wrapped(new ForeignPage(direct));
    if (remaining == 0) {
      link(begin(), inserted);
      open = inserted;
    } else {
      insert(inserted, remaining);
    }
    pending += length;
    mallocMark = pending;
    lastMalloc = remaining;
  }

  @Override
  public final void transferFrom(FileChannel file, long position, long count) throws IOException {
    checkPart(position, count);
    long before = pending;
    boolean complete = false;
    try {
      long done = 0;
      while (done < count) {
        Node node = anyRoom(saturated(count - done));
        int run = (int) Math.min(count - done, node.room());
        // Not the page's window: in an output chain the sender may be using it.
        int read = file.read(node.memory.slice(node.end, run), position + done);
        if (read < 0) {
          throw endOfFile(position, count, position + done);
        }
        wrote(node, read);
        done += read;
      }
      complete = true;
    } finally {
      if (!complete) {
        keep(before);
      }
    }
  }

  static void checkPart(long position, long count) {
    if (position < 0 || count < 0) {
      throw new IllegalArgumentException(
          "A part of a file has no negative position or size: " + position + ", " + count);
    }
  }

  static EOFException endOfFile(long position, long count, long size) {
    return new EOFException(
        "The file has "
            + size
            + " bytes: "
            + count
            + " bytes from position "
            + position
            + " on are not there.");
  }

  @Override
  public void flush() {
    StackRoom.forABuffer();
    publishPending();
  }

  static void checkSize(int n) {
    if (n < 0) {
      throw new IllegalArgumentException("A number of bytes is not negative: " + n);
    }
  }

  static int saturated(long n) {
    return (int) Math.max(0, Math.min(n, Integer.MAX_VALUE));
  }
}
