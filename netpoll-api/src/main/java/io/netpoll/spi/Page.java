package io.netpoll.spi;

import java.nio.ByteBuffer;
import java.util.function.ToLongFunction;

/**
 * A piece of direct memory.
 *
 * <p>Who may touch which bytes is agreed by its users; the page itself knows its memory only. Its
 * {@link #memory()} is shared by all of them, so its position and limit are never changed: use
 * absolute access, or slice it. One user at a time, the <em>owner of the window</em>, may use
 * {@link #window}, which saves an object where a channel needs a positioned buffer.
 */
public abstract class Page {
  private final ByteBuffer memory;
  private final ByteBuffer window;
  private long address;

  /**
   * Makes a page.
   *
   * @param memory a direct buffer with position 0 and limit and capacity equal to the page's size
   * @throws IllegalArgumentException if it is not
   */
  protected Page(ByteBuffer memory) {
    if (!memory.isDirect() || memory.position() != 0 || memory.limit() != memory.capacity()) {
      throw new IllegalArgumentException("A page needs a whole direct buffer, not " + memory + ".");
    }
    this.memory = memory;
    this.window = memory.duplicate();
  }

  /**
   * The page's memory, big-endian.
   *
   * @return always the same buffer; its position and limit must not be changed
   */
  public final ByteBuffer memory() {
    return memory;
  }

  /**
   * The page's size.
   *
   * @return in bytes
   */
  public final int size() {
    return memory.capacity();
  }

  /**
   * Positions the page's one window on a range. Only for the owner of the window.
   *
   * @param offset where the range starts
   * @param length its number of bytes
   * @return always the same buffer, with position {@code offset} and limit {@code offset + length}
   */
  public final ByteBuffer window(int offset, int length) {
    window.limit(offset + length).position(offset);
    return window;
  }

  /**
   * The address of the page's memory, resolved at the first call only.
   *
   * @param resolver tells the address of a direct buffer; the same for every call in a process
   * @return the address of the first byte
   */
  public final long address(ToLongFunction<ByteBuffer> resolver) {
    long known = address;
    if (known == 0) {
      // A race resolves twice, to the same value; a torn read of a long cannot happen on the 64-bit
      // machines that native backends run on.
      known = resolver.applyAsLong(memory);
      address = known;
    }
    return known;
  }
}
