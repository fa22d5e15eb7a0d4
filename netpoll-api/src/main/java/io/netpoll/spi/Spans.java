package io.netpoll.spi;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A reusable list of memory ranges for one I/O call, or one range of a file instead. A backend
 * keeps a few and passes them to {@link Input#space} and {@link Output#collect}; used by one thread
 * at a time, between which the backend orders. References stay in it until {@link #clear()}.
 */
@SuppressWarnings("exports") // JSpecify is read by tools only; users need not have it
public final class Spans {
  private final Page[] pages;
  private final int[] offsets;
  private final int[] lengths;
  private final boolean[] windows;
  private int count;
  private int bytes;
  private @Nullable SourceFile file;
  private long filePosition;

  /**
   * Makes an empty list.
   *
   * @param capacity the largest number of ranges, at least 1
   */
  public Spans(int capacity) {
    pages = new Page[capacity];
    offsets = new int[capacity];
    lengths = new int[capacity];
    windows = new boolean[capacity];
  }

  /** Forgets all ranges. */
  public void clear() {
    for (int i = 0; i < count; i++) {
      pages[i] = null;
    }
    count = 0;
    bytes = 0;
    file = null;
  }

  /**
   * Adds a range.
   *
   * @param page the page
   * @param offset where the range starts
   * @param length its number of bytes, at least 1
   * @param ownsWindow whether the user of this list owns the page's window
   */
  public void add(Page page, int offset, int length, boolean ownsWindow) {
    pages[count] = page;
    offsets[count] = offset;
    lengths[count] = length;
    windows[count] = ownsWindow;
    count++;
    bytes += length;
  }

  /**
   * Makes a range of a file the only content of this list, which is empty.
   *
   * @param source the file
   * @param position of the first byte
   * @param length its number of bytes, at least 1
   */
  public void add(SourceFile source, long position, int length) {
    file = source;
    filePosition = position;
    bytes = length;
  }

  /**
   * The file that the bytes are to be sent from. {@link Input} never offers one.
   *
   * @return the file, {@link #bytes()} of it from {@link #filePosition()} on; null if the bytes are
   *     those of the ranges
   */
  public @Nullable SourceFile file() {
    return file;
  }

  /**
   * Where the range of the file starts.
   *
   * @return in bytes from the beginning of the file
   */
  public long filePosition() {
    return filePosition;
  }

  /**
   * Whether another range can be added: room in the list, the sum of bytes far from overflow, and
   * no file.
   *
   * @return true if it can
   */
  public boolean hasRoom() {
    return count < pages.length && bytes < 1 << 30 && file == null;
  }

  /**
   * The number of ranges.
   *
   * @return zero or more
   */
  public int count() {
    return count;
  }

  /**
   * The sum of all ranges, or the length of the range of the file.
   *
   * @return in bytes
   */
  public int bytes() {
    return bytes;
  }

  /**
   * The page of a range.
   *
   * @param index of the range
   * @return the page
   */
  public Page page(int index) {
    return pages[index];
  }

  /**
   * Where a range starts.
   *
   * @param index of the range
   * @return the offset in its page
   */
  public int offset(int index) {
    return offsets[index];
  }

  /**
   * How long a range is.
   *
   * @param index of the range
   * @return in bytes
   */
  public int length(int index) {
    return lengths[index];
  }

  /**
   * A range as a buffer for a channel: the page's window if it is owned, else a new slice.
   *
   * @param index of the range
   * @return a buffer whose remaining bytes are the range
   */
  public ByteBuffer buffer(int index) {
    return windows[index]
        ? pages[index].window(offsets[index], lengths[index])
        : pages[index].memory().slice(offsets[index], lengths[index]);
  }
}
