package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Page;
import io.netpoll.spi.PageSource;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Makes pages for a poller that fills them on its own account, and knows which it still has. */
public final class PlainPages implements PageSource {
  private final Set<Page> lent = ConcurrentHashMap.newKeySet();

  /** Makes a source that has lent nothing. */
  public PlainPages() {}

  @Override
  public Page take(int size) {
    Page page = new PlainPage(size);
    lent.add(page);
    return page;
  }

  @Override
  public void give(Page page) {
    assertThat(lent.remove(page)).as("a page of this source, given back once").isTrue();
  }

  /**
   * How many pages the poller has that it neither gave back nor handed to an input.
   *
   * @return zero or more
   */
  public int lent() {
    return lent.size();
  }
}
