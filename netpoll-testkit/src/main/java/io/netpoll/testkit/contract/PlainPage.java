package io.netpoll.testkit.contract;

import io.netpoll.spi.Page;
import java.nio.ByteBuffer;

/** A page of its own, without a pool. */
public final class PlainPage extends Page {
  /**
   * Makes a page of zeros.
   *
   * @param size in bytes
   */
  public PlainPage(int size) {
    super(ByteBuffer.allocateDirect(size));
  }

  /**
   * Makes a page.
   *
   * @param content copied
   * @return a page of that content and size
   */
  public static PlainPage of(byte[] content) {
    PlainPage page = new PlainPage(content.length);
    page.memory().put(0, content);
    return page;
  }
}
