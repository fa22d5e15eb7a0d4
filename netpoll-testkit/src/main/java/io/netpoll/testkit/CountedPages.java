package io.netpoll.testkit;

import io.netpoll.spi.Page;
import io.netpoll.spi.PageSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A source of pages that knows which of them a poller still has. */
final class CountedPages implements PageSource {
  private final PageSource pages;
  private final Set<Page> kept = ConcurrentHashMap.newKeySet();

  CountedPages(PageSource pages) {
    this.pages = pages;
  }

  @Override
  public Page take(int size) {
    Page page = pages.take(size);
    kept.add(page);
    return page;
  }

  @Override
  public void give(Page page) {
    kept.remove(page);
    pages.give(page);
  }

  /** The poller gives a page to an input. */
  void handedOver(Page page) {
    kept.remove(page);
  }

  /** How many pages were taken, and neither given back nor handed over. */
  int kept() {
    return kept.size();
  }
}
