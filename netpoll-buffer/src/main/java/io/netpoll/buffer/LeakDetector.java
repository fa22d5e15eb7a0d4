package io.netpoll.buffer;

import io.netpoll.internal.Setting;
import java.lang.System.Logger.Level;
import java.lang.ref.PhantomReference;
import java.lang.ref.ReferenceQueue;
import java.nio.ByteBuffer;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What the debug mode knows of one buffer: where it was made, whether it holds memory, and which
 * views of it are valid. It reports a buffer that was collected with memory that it never released,
 * as soon as another buffer is made or used (no thread waits for that, since it would keep the
 * library's class loader alive); it refuses to release a slice that was given back already, and
 * makes views read-only; from JDK 22 on a view that has ended throws an {@link
 * IllegalStateException} when it is read.
 *
 * <p>The system property {@code io.netpoll.buffer.debug} turns it on. Else all buffers share one
 * that does nothing, and the compiler leaves it out.
 *
 * <p>Called by both sides of the buffer. Must not refer to it.
 */
final class LeakDetector {
  /** The name of the logger that takes the reports. */
  static final String LOGGER = "io.netpoll.buffer";

  static final boolean ON = Setting.BUFFER_DEBUG.isOn(false);

  private static final LeakDetector OFF = new LeakDetector(null);

  private final @Nullable Throwable made;
  private volatile boolean holding;
  private volatile @Nullable Throwable givenBack;
  private boolean slice;
  private @Nullable ViewScope views;

  private LeakDetector(@Nullable Throwable made) {
    this.made = made;
  }

  /** Finds that a buffer was collected. */
  private static final class Watched extends PhantomReference<Object> {
    private static final ReferenceQueue<Object> COLLECTED = new ReferenceQueue<>();
    private static final Set<Watched> ALL = ConcurrentHashMap.newKeySet();

    private static final AtomicBoolean REPORTING = new AtomicBoolean();

    private final LeakDetector watch;

    private Watched(Object buffer, LeakDetector watch) {
      super(buffer, COLLECTED);
      this.watch = watch;
    }

    static void add(Object buffer, LeakDetector watch) {
      ALL.add(new Watched(buffer, watch));
    }

    /** Throws nothing: whoever makes or uses a buffer has no part in what another one left. */
    static void reportCollected() {
      if (!REPORTING.compareAndSet(false, true)) {
        return; // a logger that uses buffers, or another thread
      }
      try {
        for (Object next; (next = COLLECTED.poll()) != null; ) {
          Watched gone = (Watched) next;
          ALL.remove(gone);
          gone.watch.collected();
        }
      } catch (Throwable ignored) {
        // The logger fails, there is no memory, or a view is being read at this moment.
      } finally {
        REPORTING.set(false);
      }
    }
  }

  static LeakDetector of(Object buffer) {
    if (!ON) {
      return OFF;
    }
    LeakDetector watch = new LeakDetector(new Throwable("The buffer was made here."));
    Watched.reportCollected();
    Watched.add(buffer, watch);
    return watch;
  }

  private void collected() {
    if (holding) {
      report("A buffer was never released: it was collected with memory that it held.", made);
    }
    endViews();
  }

  static void report(String message, @Nullable Throwable where) {
    System.getLogger(LOGGER).log(Level.WARNING, message, where);
  }

  /** The buffer is a slice. */
  void isSlice() {
    if (ON) {
      slice = true;
    }
  }

  /** The buffer takes memory. */
  void holds() {
    if (ON) {
      Watched.reportCollected();
      holding = true;
      givenBack = null;
    }
  }

  /** The buffer holds no memory any more. */
  void holdsNothing() {
    if (ON) {
      holding = false;
    }
  }

  /** The buffer was closed, or appended to another one. */
  void gaveBack() {
    if (ON) {
      holding = false;
      endViews();
      if (slice && givenBack == null) {
        givenBack = new Throwable("The slice was given back here.");
      }
    }
  }

  /** The buffer is to be released or appended. */
  void requireNotGivenBack() {
    if (ON && givenBack != null) {
      throw new IllegalStateException(
          "The slice was closed or appended already (see the cause): use it once.", givenBack);
    }
  }

  /** Makes a view that is valid until {@link #endViews}. */
  ByteBuffer guard(ByteBuffer view) {
    if (!ON) {
      return view;
    }
    ViewScope scope = views;
    if (scope == null) {
      scope = new ViewScope();
      views = scope;
    }
    return scope.guard(view);
  }

  void endViews() {
    if (ON) {
      ViewScope scope = views;
      if (scope != null) {
        views = null;
        scope.end();
      }
    }
  }
}
