package io.netpoll.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.OutOfDirectMemoryException;
import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.function.IntFunction;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PagePoolTest {
  private static final int SLAB = 1 << 20;

  @ParameterizedTest
  @CsvSource({
    "0, 512",
    "1, 512",
    "512, 512",
    "513, 4096",
    "4096, 4096",
    "4097, 16384",
    "16384, 16384",
    "16385, 65536",
    "65536, 65536",
    "65537, 262144",
    "262144, 262144",
    "262145, 1048576",
    "1048576, 1048576",
    "1048577, 2097152",
    "2097152, 2097152",
    "2097153, 4194304",
    "8388609, 16777216",
    "16777216, 16777216",
    "16777217, 16777217"
  })
  void aPageHasTheSmallestSizeClassThatFits(int asked, int size) {
    PagePool pool = new PagePool(64 << 20);
    Page page = pool.take(asked);
    assertThat(page.size()).isEqualTo(size);
    assertThat(page.memory().isDirect()).isTrue();
    assertThat(pool.pagesInUse()).isEqualTo(1);
    pool.give(page);
    assertThat(pool.pagesInUse()).isZero();
  }

  @Test
  void aNegativeSizeIsRefusedWithItsValue() {
    assertThatThrownBy(() -> new PagePool(SLAB).take(-7))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("-7");
  }

  @Test
  void thePageGivenLastIsTakenNext() {
    PagePool pool = new PagePool(SLAB);
    Page one = pool.take(4096);
    Page two = pool.take(4096);
    pool.give(one);
    pool.give(two);
    assertThat(pool.take(4096)).isSameAs(two);
    assertThat(pool.take(4096)).isSameAs(one);
  }

  @Test
  void lentPagesNeverOverlap() {
    PagePool pool = new PagePool(8L << 20);
    List<Page> pages = new ArrayList<>();
    for (int i = 0; i < 600; i++) {
      Page page = pool.take(4096);
      for (int at = 0; at < page.size(); at += 4) {
        page.memory().putInt(at, i);
      }
      pages.add(page);
    }
    for (int i = 0; i < pages.size(); i++) {
      for (int at = 0; at < 4096; at += 4) {
        assertThat(pages.get(i).memory().getInt(at)).isEqualTo(i);
      }
    }
    assertThat(pool.pagesInUse()).isEqualTo(600);
    assertThat(pool.bytesHeld()).isEqualTo(3L * SLAB);
    pages.forEach(pool::give);
    assertThat(pool.pagesInUse()).isZero();
  }

  @Test
  void beyondTheLimitTakingFailsAndNamesLimitAndProperty() {
    PagePool pool = new PagePool(2L * SLAB);
    List<Page> pages = new ArrayList<>();
    pages.add(pool.take(SLAB));
    pages.add(pool.take(SLAB));
    assertThatThrownBy(() -> pool.take(1))
        .isInstanceOf(OutOfDirectMemoryException.class)
        .hasMessageContaining("2097152")
        .hasMessageContaining("io.netpoll.buffer.maxDirectMemory");
    assertThatThrownBy(() -> pool.take(3 * SLAB)).isInstanceOf(OutOfDirectMemoryException.class);
    assertThat(pool.bytesHeld()).isEqualTo(2L * SLAB);
    assertThat(pages).hasSize(2);
  }

  @Test
  void afterARefusalGivenPagesAreLentAgain() {
    PagePool pool = new PagePool(SLAB);
    Page only = pool.take(SLAB);
    assertThatThrownBy(() -> pool.take(SLAB)).isInstanceOf(OutOfDirectMemoryException.class);
    pool.give(only);
    assertThat(pool.take(SLAB)).isSameAs(only);
  }

  @Test
  void atTheLimitFreeMemoryOfAnotherSizeIsUsed() {
    PagePool pool = new PagePool(SLAB);
    pool.give(pool.take(SLAB));
    pool.give(pool.take(4096));
    Page large = pool.take(SLAB);
    assertThat(large.size()).isEqualTo(SLAB);
    assertThatThrownBy(() -> pool.take(4096)).isInstanceOf(OutOfDirectMemoryException.class);
    pool.give(large);
    assertThat(pool.bytesHeld()).isEqualTo(SLAB);
  }

  @Test
  void rightAfterARefusalAFreePageOfALargerSizeIsLent() {
    PagePool pool = new PagePool(SLAB);
    Page large = pool.take(SLAB);
    assertThatThrownBy(() -> pool.take(4096)).isInstanceOf(OutOfDirectMemoryException.class);
    pool.give(large);
    assertThat(pool.take(4096)).isSameAs(large);
  }

  @Test
  void whatWasGivenUpIsCollectedBeforeARequestIsRefused() {
    PagePool pool = new PagePool(32L * SLAB);
    for (int i = 0; i < 20; i++) {
      Page page = pool.take(20 * SLAB);
      page.memory().putInt(0, i);
      pool.give(page);
    }
    assertThat(pool.pagesInUse()).isZero();
    assertThat(pool.bytesHeld()).isLessThanOrEqualTo(32L * SLAB);
  }

  @Test
  void largePagesAreUsedAgain() {
    PagePool pool = new PagePool(64L * SLAB);
    Page first = pool.take(4_000_000);
    pool.give(first);
    assertThat(pool.take(4_000_000)).isSameAs(first);
    assertThat(pool.bytesHeld()).isEqualTo(4L * SLAB);
  }

  @Test
  void aRefusalByTheJvmBecomesOutOfDirectMemory() {
    PagePool pool = new PagePool(Long.MAX_VALUE);
    List<Page> pages = new ArrayList<>();
    assertThatThrownBy(
            () -> {
              while (true) {
                pages.add(pool.take(Integer.MAX_VALUE - 8));
              }
            })
        .isInstanceOf(OutOfDirectMemoryException.class)
        .hasMessageContaining("io.netpoll.buffer.maxDirectMemory");
    assertThat(pool.bytesHeld()).isEqualTo(pages.size() * (Integer.MAX_VALUE - 8L));
  }

  @Test
  void slabsBeyondTheBoundGoBackByGarbageCollection() throws Exception {
    PagePool pool = new PagePool(64L * SLAB);
    takeAndGive(pool, 32);
    assertThat(pool.pagesInUse()).isZero();
    awaitHeld(pool, 4L * SLAB);
    assertThat(pool.bytesHeld()).isEqualTo(4L * SLAB);
  }

  private static void takeAndGive(PagePool pool, int slabs) {
    List<Page> pages = new ArrayList<>();
    for (int i = 0; i < slabs; i++) {
      pages.add(pool.take(SLAB));
    }
    pages.forEach(pool::give);
  }

  @Test
  void aLostPageGoesBackWithItsSlab() throws Exception {
    PagePool pool = new PagePool(64L * SLAB);
    pool.take(SLAB);
    pool.take(2 * SLAB);
    assertThat(pool.pagesInUse()).isEqualTo(2);
    awaitHeld(pool, 0);
    assertThat(pool.bytesHeld()).isZero();
    assertThat(pool.pagesInUse()).isZero();
  }

  private static void awaitHeld(PagePool pool, long bytes) throws InterruptedException {
    long deadline = System.nanoTime() + 20_000_000_000L;
    while (pool.bytesHeld() > bytes && System.nanoTime() < deadline) {
      System.gc();
      Thread.onSpinWait();
    }
    // The credit is given before the count is corrected, on the same thread.
    while (pool.pagesInUse() > 0 && System.nanoTime() < deadline) {
      Thread.onSpinWait();
    }
  }

  @Test
  void aViewKeepsItsSlabAlive() throws Exception {
    PagePool pool = new PagePool(64L * SLAB);
    var view = pool.take(SLAB).memory().slice(10, 10);
    System.gc();
    assertThat(pool.bytesHeld()).isEqualTo(SLAB);
    assertThat(view.capacity()).isEqualTo(10);
  }

  @Test
  void pagesInTheCacheOfAnEndedThreadAreUsedAgain() throws Exception {
    PagePool pool = new PagePool(SLAB);
    Thread thread =
        new Thread(
            () -> {
              List<Page> pages = new ArrayList<>();
              for (int i = 0; i < 16; i++) {
                pages.add(pool.take(64 << 10));
              }
              pages.forEach(pool::give);
            });
    thread.start();
    thread.join();
    assertThat(pool.pagesInUse()).isZero();
    List<Page> all = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      all.add(pool.take(64 << 10));
    }
    assertThat(pool.pagesInUse()).isEqualTo(16);
    assertThat(pool.bytesHeld()).isEqualTo(SLAB);
  }

  @Test
  void hundredsOfThreadsWithFullCaches_leaveEnoughForOthers() throws Exception {
    PagePool pool = new PagePool(64L * SLAB);
    Semaphore turn = new Semaphore(1); // a few pages are lent at a time
    CountDownLatch given = new CountDownLatch(300);
    CountDownLatch seen = new CountDownLatch(1);
    List<Thread> threads = new ArrayList<>();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    for (int i = 0; i < 300; i++) {
      threads.add(
          new Thread(
              () -> {
                turn.acquireUninterruptibly();
                try {
                  fillCache(pool);
                } catch (Throwable t) {
                  failures.add(t);
                } finally {
                  turn.release();
                  given.countDown();
                }
                await(seen); // the thread lives, and keeps its cache
              }));
    }
    threads.forEach(Thread::start);
    given.await();
    long cached = pool.bytesCached();
    List<Page> rest = new ArrayList<>();
    try {
      for (int i = 0; i < 24 * 16; i++) {
        rest.add(pool.take(64 << 10));
      }
    } finally {
      rest.forEach(pool::give);
      seen.countDown();
      for (Thread thread : threads) {
        thread.join();
      }
    }
    assertThat(failures).isEmpty();
    assertThat(cached).isLessThanOrEqualTo(pool.mostBytesCached());
    assertThat(pool.mostBytesCached())
        .isLessThanOrEqualTo(
            (16L + Math.max(32, 2 * Runtime.getRuntime().availableProcessors())) * (528 << 10));
    assertThat(pool.pagesInUse()).isZero();
  }

  /** Takes and gives back as many pages of each size as a cache holds. */
  private static void fillCache(PagePool pool) {
    for (int size = 512; size <= 64 << 10; size = size == 512 ? 4096 : 4 * size) {
      List<Page> pages = new ArrayList<>();
      for (int i = 0; i < 40; i++) {
        pages.add(pool.take(size));
      }
      pages.forEach(pool::give);
    }
  }

  private static void await(CountDownLatch latch) {
    boolean done = false;
    while (!done) {
      try {
        latch.await();
        done = true;
      } catch (InterruptedException e) {
        throw new AssertionError(e);
      }
    }
  }

  @Test
  void whenAThreadWithACacheEnds_itsPlaceIsALaterThreads() throws Exception {
    PagePool pool = new PagePool(256L * SLAB);
    for (int i = 0; i < 3 * PageCaches.PLACES; i++) {
      Thread thread = new Thread(() -> fillCache(pool));
      thread.start();
      thread.join();
    }
    fillCache(pool);
    Page last = pool.take(4096);
    pool.give(last);
    for (Page other : takeOnAnotherThread(pool, 64)) {
      assertThat(other).isNotSameAs(last);
    }
    assertThat(pool.take(4096)).isSameAs(last);
  }

  private static List<Page> takeOnAnotherThread(PagePool pool, int count) throws Exception {
    List<Page> pages = new ArrayList<>();
    Thread thread =
        new Thread(
            () -> {
              for (int i = 0; i < count; i++) {
                pages.add(pool.take(4096));
              }
            });
    thread.start();
    thread.join();
    return pages;
  }

  @ParameterizedTest
  @Timeout(120) // ends what hangs
  @CsvSource({"4096, false", "65536, false", "1048576, false", "4096, true", "1048576, true"})
  void whereTheStackEndsInsideTheUseOfAPool_itStaysUsable(int size, boolean virtual)
      throws Exception {
    PagePool pool = new PagePool(64L * SLAB);
    takeAndGiveSix(pool, size); // what the JDK initializes for that would be lost at a stack's end
    takeAndGiveSix(pool, size);
    for (int i = 0; i < (virtual || size == SLAB || LeakDetector.ON ? 3 : 20); i++) {
      assertThat(runOnThreads(2, seed -> dive(pool, size), virtual)).isEmpty();
    }
    List<Throwable> failures = runOnThreads(8, seed -> churn(pool, seed), virtual);
    assertThat(failures).isEmpty();
    assertThat(runOnThreads(8, seed -> churn(pool, seed), false)).isEmpty();
  }

  /** Uses the pool at each of the last levels before the stack ends; returns how many are above. */
  private static int dive(PagePool pool, int size) {
    int above;
    try {
      above = dive(pool, size);
    } catch (StackOverflowError end) {
      above = 0;
    }
    if (above < 100) {
      try {
        takeAndGiveSix(pool, size);
      } catch (StackOverflowError end) {
        // What it held is lost; nothing may be called here.
      }
    }
    return above + 1;
  }

  private static void takeAndGiveSix(PagePool pool, int size) {
    Page[] pages = new Page[6];
    for (int i = 0; i < pages.length; i++) {
      pages[i] = pool.take(size);
    }
    for (Page page : pages) {
      pool.give(page);
    }
  }

  @Test
  void pagesMayBeGivenOnAnotherThread() throws Exception {
    PagePool pool = new PagePool(16L * SLAB);
    List<Page> pages = new ArrayList<>();
    for (int i = 0; i < 1000; i++) {
      pages.add(pool.take(4096));
    }
    Thread other = new Thread(() -> pages.forEach(pool::give));
    other.start();
    other.join();
    assertThat(pool.pagesInUse()).isZero();
    long held = pool.bytesHeld();
    for (int i = 0; i < 1000; i++) {
      pool.take(4096);
    }
    assertThat(pool.bytesHeld()).isEqualTo(held);
  }

  @Test
  void manyThreadsTakeAndGiveWithoutMixingPagesUp() throws Exception {
    PagePool pool = new PagePool(64L * SLAB);
    List<Throwable> failures = runOnThreads(4, seed -> churn(pool, seed), false);
    assertThat(failures).isEmpty();
    assertThat(pool.pagesInUse()).isZero();
  }

  @Test
  void virtualThreadsShareCachesWithoutMixingPagesUp() throws Exception {
    PagePool pool = new PagePool(64L * SLAB);
    List<Throwable> failures = runOnThreads(16, seed -> churn(pool, seed), true);
    assertThat(failures).isEmpty();
    assertThat(pool.pagesInUse()).isZero();
  }

  private static void churn(PagePool pool, int seed) {
    var random = new java.util.Random(seed);
    List<Page> mine = new ArrayList<>();
    for (int i = 0; i < 20_000; i++) {
      if (mine.size() < 50 && random.nextBoolean()) {
        Page page = pool.take(random.nextInt(20_000));
        page.memory().putInt(0, seed);
        page.memory().putInt(page.size() - 4, seed);
        mine.add(page);
      } else if (!mine.isEmpty()) {
        Page page = mine.remove(random.nextInt(mine.size()));
        if (page.memory().getInt(0) != seed || page.memory().getInt(page.size() - 4) != seed) {
          throw new AssertionError("a page was lent twice");
        }
        pool.give(page);
      }
    }
    mine.forEach(pool::give);
  }

  private static List<Throwable> runOnThreads(
      int count, java.util.function.IntConsumer task, boolean virtual) throws Exception {
    List<Throwable> failures = new ArrayList<>();
    CountDownLatch done = new CountDownLatch(count);
    for (int i = 0; i < count; i++) {
      int seed = i + 1;
      TestThreads.start(
          virtual,
          () -> {
            try {
              task.accept(seed);
            } catch (Throwable e) {
              synchronized (failures) {
                failures.add(e);
              }
            } finally {
              done.countDown();
            }
          });
    }
    done.await();
    return failures;
  }

  @Test
  void aPageOfAnotherPoolIsRefused() {
    Page foreign = new PagePool(SLAB).take(1);
    assertThatThrownBy(() -> new PagePool(SLAB).give(foreign))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void aPageGivenTwiceIsRefused() {
    PagePool pool = new PagePool(SLAB);
    Page page = pool.take(1);
    pool.give(page);
    assertThatThrownBy(() -> pool.give(page)).isInstanceOf(IllegalStateException.class);
  }

  /** A system that allocates when it is told to, and may refuse. */
  private static final class SlowSystem implements IntFunction<ByteBuffer> {
    private final Semaphore permits = new Semaphore(0);
    private final Set<Thread> callers = ConcurrentHashMap.newKeySet();
    private volatile @Nullable Error failure;

    @Override
    public ByteBuffer apply(int size) {
      callers.add(Thread.currentThread());
      permits.acquireUninterruptibly();
      Error due = failure;
      if (due != null) {
        throw due;
      }
      return ByteBuffer.allocateDirect(size);
    }
  }

  /** Asks again and again, as a poll loop does, until the answer is not "soon". */
  private static Page awaitPage(PagePool pool, int size) {
    long deadline = System.nanoTime() + 20_000_000_000L;
    Page page;
    while ((page = pool.pageSoon(size)) == null) {
      assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
    }
    return page;
  }

  @Test
  @Timeout(60)
  void whoMustNotWait_isToldToComeAgain_whileAnotherThreadAllocates() {
    SlowSystem system = new SlowSystem();
    PagePool pool = new PagePool(4L * SLAB, system);
    for (int i = 0; i < 100; i++) {
      assertThat(pool.pageSoon(4096)).isNull();
    }
    system.permits.release();
    Page page = awaitPage(pool, 4096);
    assertThat(page.size()).isEqualTo(4096);
    assertThat(system.callers).hasSize(1).doesNotContain(Thread.currentThread());
    assertThat(pool.bytesHeld()).isEqualTo(SLAB);
    assertThat(pool.pageSoon(4096)).as("from the same slab").isNotNull();
    assertThat(pool.pageSoon(SLAB)).as("of another size").isNull();
    system.permits.release();
    assertThat(awaitPage(pool, SLAB).size()).isEqualTo(SLAB);
  }

  @Test
  @Timeout(60)
  void whoMustNotWait_isRefusedOnceTheSystemHasRefused() {
    SlowSystem system = new SlowSystem();
    PagePool pool = new PagePool(4L * SLAB, system);
    assertThat(pool.pageSoon(4096)).isNull();
    system.failure = new OutOfMemoryError("Cannot reserve direct buffer memory");
    system.permits.release();
    assertThatThrownBy(() -> awaitPage(pool, 4096))
        .isInstanceOf(OutOfDirectMemoryException.class)
        .hasMessageContaining("Cannot reserve direct buffer memory");
    assertThat(pool.bytesHeld()).isZero();
  }

  @Test
  @Timeout(60)
  void whoMustNotWait_isToldOfAnyOtherFailure_andTriesAgain() {
    SlowSystem system = new SlowSystem();
    PagePool pool = new PagePool(4L * SLAB, system);
    assertThat(pool.pageSoon(4096)).isNull();
    system.failure = new OutOfMemoryError("Java heap space");
    system.permits.release();
    assertThatThrownBy(() -> awaitPage(pool, 4096)).isSameAs(system.failure);
    system.failure = null;
    assertThat(pool.pageSoon(4096)).isNull();
    system.permits.release();
    assertThat(awaitPage(pool, 4096).size()).isEqualTo(4096);
    assertThat(pool.bytesHeld()).isEqualTo(SLAB);
  }

  @Test
  @Timeout(60)
  void atTheLimit_whoMustNotWaitGetsWhatIsFreeOrCollected_andElseIsRefused() {
    PagePool pool = new PagePool(SLAB);
    pool.give(pool.take(4096)); // free, in this thread's cache
    Page large = awaitPage(pool, SLAB);
    assertThatThrownBy(() -> awaitPage(pool, 4096)).isInstanceOf(OutOfDirectMemoryException.class);
    pool.give(large);
    assertThat(awaitPage(pool, 4096)).isSameAs(large);
  }

  @Test
  @Timeout(60)
  void anInputWithoutSpace_holdsNothing_andHasSomeLater() {
    SlowSystem system = new SlowSystem();
    LinkedBuffer input = new LinkedBuffer(new PagePool(4L * SLAB, system));
    Spans spans = new Spans(2);
    assertThat(input.reserveSoon(4096, spans)).isFalse();
    assertThat(spans.bytes()).isZero();
    assertThat(input.isEmpty()).isTrue();
    system.permits.release();
    while (!input.reserveSoon(4096, spans)) {
      Thread.onSpinWait();
    }
    assertThat(spans.bytes()).isEqualTo(4096);
    input.commit(10);
    assertThat(input.length()).isEqualTo(10);
    input.close();
  }
}
