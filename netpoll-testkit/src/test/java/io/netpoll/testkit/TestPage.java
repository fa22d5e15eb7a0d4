package io.netpoll.testkit;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.spi.Page;
import io.netpoll.spi.PageSource;
import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;

/** A page that is not pooled. */
final class TestPage extends Page {

  TestPage(int size) {
    super(ByteBuffer.allocateDirect(size));
  }

  static TestPage of(byte[] content) {
    TestPage page = new TestPage(content.length);
    page.memory().put(0, content);
    return page;
  }

  /** Remembers the pages that were taken and neither given back nor handed over. */
  static final class Source implements PageSource {
    final Set<Page> lent = new HashSet<>();
    boolean exhausted;

    @Override
    public Page take(int size) {
      if (exhausted) {
        throw new OutOfDirectMemoryException("The limit of 0 bytes is reached.");
      }
      Page page = new TestPage(size);
      lent.add(page);
      return page;
    }

    @Override
    public void give(Page page) {
      lent.remove(page);
    }
  }
}
