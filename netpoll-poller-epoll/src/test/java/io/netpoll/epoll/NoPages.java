package io.netpoll.epoll;

import io.netpoll.spi.Page;
import io.netpoll.spi.PageSource;

/** The epoll backend reads into space that endpoints offer, and takes no pages. */
final class NoPages implements PageSource {
  @Override
  public Page take(int size) {
    throw new AssertionError("A page was taken.");
  }

  @Override
  public void give(Page page) {
    throw new AssertionError("A page was given back.");
  }
}
