package io.netpoll.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.netpoll.LinkBuffer;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;

/** What buffers cost that hold nothing, as those of idle connections do. */
class EmptyBuffersTest {
  private static final int BUFFERS = 10_000;
  private static final int MOST_HEAP = 120;

  @Test
  void tenThousandEmptyBuffersHoldNoPageAndLittleHeap() {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    long thread = Thread.currentThread().getId();
    LinkBuffer[] buffers = new LinkBuffer[BUFFERS];
    buffers[0] = LinkBuffer.create(); // so that all classes are loaded
    threads.getThreadAllocatedBytes(thread);
    long inUse = LinkBuffer.memory().inUse();

    long before = threads.getThreadAllocatedBytes(thread);
    for (int i = 0; i < BUFFERS; i++) {
      buffers[i] = LinkBuffer.create();
    }
    long allocated = threads.getThreadAllocatedBytes(thread) - before;

    assertThat(LinkBuffer.memory().inUse()).isEqualTo(inUse);
    assertThat(allocated / BUFFERS).isBetween(16L, (long) MOST_HEAP);
    for (LinkBuffer each : buffers) {
      each.release();
    }
  }
}
