package io.netpoll.epoll;

import io.netpoll.spi.Page;
import java.nio.ByteBuffer;

/** A page of its own, without a pool. */
final class TestPage extends Page {
  TestPage(int size) {
    super(ByteBuffer.allocateDirect(size));
  }

  static TestPage of(byte[] content) {
    TestPage page = new TestPage(content.length);
    page.memory().put(0, content);
    return page;
  }
}
