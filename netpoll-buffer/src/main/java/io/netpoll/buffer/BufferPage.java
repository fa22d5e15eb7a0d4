package io.netpoll.buffer;

import io.netpoll.spi.Page;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteBuffer;

/**
 * A page that chains can share.
 *
 * <p>A page has <em>holders</em>: the nodes over it. The count kept here is that of the holders
 * beyond the first, so a page that is not shared has zero, and letting go of it costs no atomic
 * read-modify-write. Only a holder may add one; the last to let go recycles the page.
 *
 * <p>It comes with one node, its <em>own</em> node, so that filling and emptying pages allocates
 * nothing. The own node is in one chain at most: that of the buffer that took the page, or to which
 * it was moved. Slices and splits make nodes of their own.
 */
abstract class BufferPage extends Page {
  private static final VarHandle SHARES;

  static {
    try {
      SHARES = MethodHandles.lookup().findVarHandle(BufferPage.class, "shares", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final Node node;

  @SuppressWarnings("unused") // through SHARES
  private int shares;

  BufferPage(ByteBuffer memory) {
    super(memory);
    node = new Node(this);
  }

  /** The own node. */
  final Node node() {
    return node;
  }

  /** Adds a holder. Called by one. */
  final void hold() {
    SHARES.getAndAdd(this, 1);
  }

  /** Ends a hold. The acquire pairs with the release of holders that went before. */
  final void letGo() {
    if ((int) SHARES.getAcquire(this) == 0) {
      recycle();
    } else if ((int) SHARES.getAndAdd(this, -1) == 0) {
      SHARES.setOpaque(this, 0);
      recycle();
    }
  }

  /** Nobody holds the page any more. */
  abstract void recycle();
}
