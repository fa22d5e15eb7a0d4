package io.netpoll.buffer;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LL_Result;
import org.openjdk.jcstress.infra.results.L_Result;
import org.openjdk.jcstress.infra.results.ZZI_Result;

/**
 * The levels of the page pool that threads share: {@link CentralPool} and {@link PageCache}, and
 * the lock of both, {@link PoolLock}.
 */
public final class PoolRaces {
  private static final int SIZE = 64;
  private static final PagePool POOL = new PagePool(0);
  private static final ByteBuffer MEMORY = ByteBuffer.allocateDirect(3 * SIZE);

  private static final PooledPage FREE = new CountedPage().page;

  private PoolRaces() {}

  /** A depot with one slab of three pages, one of which is lent, another free again. */
  abstract static class Pages {
    final CentralPool depot = new CentralPool(POOL, SIZE);
    final PooledPage lent;

    Pages() {
      depot.add(new Slab(MEMORY.duplicate(), SIZE, new Slab.Tally()));
      lent = take();
      depot.give(take());
    }

    final PooledPage take() {
      PooledPage page = depot.take(null);
      if (page == null) {
        throw new IllegalStateException("a page is free");
      }
      return page;
    }

    /** How many different pages there are, with those that are still in the depot. */
    final String count(PooledPage... taken) {
      Set<PooledPage> all = new HashSet<>(List.of(taken));
      long outside = depot.outside();
      int free = 0;
      for (PooledPage page = depot.take(null); page != null; page = depot.take(null)) {
        all.add(page);
        free++;
      }
      return all.size() + " pages, " + outside + " outside, " + free + " free";
    }
  }

  /** One thread gives a page back while another takes one. */
  @JCStressTest
  @State
  @Outcome(
      id = "3 pages, 1 outside, 2 free",
      expect = Expect.ACCEPTABLE,
      desc = "No page is lost or doubled.")
  public static class GiveBesideTake extends Pages {
    private @Nullable PooledPage taken;

    @Actor
    public void give() {
      depot.give(lent);
    }

    @Actor
    public void takeOne() {
      taken = take();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = count(taken);
    }
  }

  /** Two threads take at the same time. */
  @JCStressTest
  @State
  @Outcome(
      id = "3 pages, 3 outside, 0 free",
      expect = Expect.ACCEPTABLE,
      desc = "Each has a page of its own.")
  public static class TakeBesideTake extends Pages {
    private @Nullable PooledPage one;
    private @Nullable PooledPage other;

    @Actor
    public void takeOne() {
      one = take();
    }

    @Actor
    public void takeOther() {
      other = take();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = count(lent, one, other);
    }
  }

  /** What was written to a page before it was given is seen by the thread that takes it. */
  @JCStressTest
  @State
  @Outcome(id = "none, true", expect = Expect.ACCEPTABLE, desc = "Taken before it was given.")
  @Outcome(id = "5, true", expect = Expect.ACCEPTABLE, desc = "Taken as it was given.")
  public static class PageThroughDepot {
    private final CentralPool depot = new CentralPool(POOL, SIZE);
    private final PooledPage page;

    public PageThroughDepot() {
      depot.add(new Slab(new CountedPage().page.memory(), SIZE, new Slab.Tally()));
      page = depot.take(null);
      page.memory().putInt(0, 0);
    }

    @Actor
    public void give() {
      page.memory().putInt(0, 5);
      depot.give(page);
    }

    @Actor
    public void take(LL_Result r) {
      PooledPage taken = depot.take(null);
      r.r1 = taken == null ? "none" : taken.memory().getInt(0);
      if (taken != null) {
        depot.give(taken);
      }
    }

    @Arbiter
    public void finish(LL_Result r) {
      r.r2 = depot.take(null) == page && depot.take(null) == null;
    }
  }

  /** Two threads use a cache that they share; who finds it busy goes without. */
  @JCStressTest
  @State
  @Outcome(id = "true, true, 2", expect = Expect.ACCEPTABLE, desc = "One after the other.")
  @Outcome(
      id = {"true, false, 1", "false, true, 1"},
      expect = Expect.ACCEPTABLE,
      desc = "One found it busy.")
  public static class GiveBesideGiveToSharedCache {
    private final PageCache cache = PageCache.shared();

    private boolean give(PooledPage page) {
      PoolLock turns = Objects.requireNonNull(cache.turns);
      if (!turns.tryEnter()) {
        return false;
      }
      boolean given = Objects.requireNonNull(cache.stack(0)).push(page);
      turns.taken = 0;
      return given;
    }

    @Actor
    public void one(ZZI_Result r) {
      r.r1 = give(FREE);
    }

    @Actor
    public void other(ZZI_Result r) {
      r.r2 = give(FREE);
    }

    @Arbiter
    public void finish(ZZI_Result r) {
      r.r3 = cache.count(0);
    }
  }

  /** Two threads enter the lock of the pool, and wait for each other. */
  @JCStressTest
  @State
  @Outcome(id = "2", expect = Expect.ACCEPTABLE, desc = "The second saw what the first did.")
  public static class EnterBesideEnter {
    private final PoolLock lock = new PoolLock();
    private int count;

    private void add() {
      lock.enter();
      try {
        count++;
      } finally {
        lock.taken = 0;
      }
    }

    @Actor
    public void one() {
      add();
    }

    @Actor
    public void other() {
      add();
    }

    @Arbiter
    public void finish(L_Result r) {
      r.r1 = count;
    }
  }
}
