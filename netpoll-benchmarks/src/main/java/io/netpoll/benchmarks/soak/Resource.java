package io.netpoll.benchmarks.soak;

import io.netpoll.buffer.PagePool;
import java.io.File;
import java.lang.management.ManagementFactory;
import java.util.function.LongSupplier;

/** What a soak watches, and how much each may grow over a whole run. */
enum Resource {
  /** Open files and sockets; none where the system does not list them. */
  DESCRIPTORS(8, Resource::descriptors),
  THREADS(8, () -> ManagementFactory.getThreadMXBean().getThreadCount()),
  /** In use after a collection, in KiB. */
  HEAP_KIB(4 << 10, Resource::heapKib),
  /** Held by the page pool, free or not, in KiB. */
  DIRECT_KIB(16 << 10, () -> PagePool.shared().bytesHeld() >> 10),
  /** Lent by the page pool. */
  PAGES(32, () -> PagePool.shared().pagesInUse());

  private final long bound;
  private final LongSupplier reading;

  Resource(long bound, LongSupplier reading) {
    this.bound = bound;
    this.reading = reading;
  }

  /** By how much it may grow in a run without being taken for a leak. */
  long bound() {
    return bound;
  }

  /** Its value now. */
  long read() {
    return reading.getAsLong();
  }

  private static long descriptors() {
    String[] open = new File("/proc/self/fd").list();
    return open == null ? 0 : open.length;
  }

  private static long heapKib() {
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 10;
  }
}
