package io.netpoll.buffer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.ByteBuffer;
import java.nio.ReadOnlyBufferException;
import java.time.Duration;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What is noticed in debug mode; runs in a virtual machine of its own, which has it on. */
@Timeout(60)
class DebugModeTest {
  private static final boolean VIEWS_CLOSE = Runtime.version().feature() >= 22;
  private static final Logger LOGGER = Logger.getLogger("io.netpoll.buffer");

  private final PagePool pool = new PagePool(64 << 20);
  private final LinkedBuffer buffer = new LinkedBuffer(pool);
  private final Queue<LogRecord> reports = new ConcurrentLinkedQueue<>();
  private final Handler collector =
      new Handler() {
        @Override
        public void publish(LogRecord report) {
          reports.add(report);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void collectReports() {
    assertThat(LeakDetector.ON).isTrue();
    LOGGER.addHandler(collector);
    LOGGER.setUseParentHandlers(false);
  }

  @AfterEach
  void forgetReports() {
    LOGGER.removeHandler(collector);
    buffer.close();
  }

  private void fill(int n) {
    buffer.writeBinary(new byte[n]);
    buffer.flush();
  }

  @Test
  void viewsAreReadOnly() throws Exception {
    fill(30_000);
    ByteBuffer peeked = buffer.peek(10);
    ByteBuffer copied = buffer.next(20_000);
    assertThatThrownBy(() -> peeked.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
    assertThatThrownBy(() -> copied.put(0, (byte) 1)).isInstanceOf(ReadOnlyBufferException.class);
  }

  @Test
  void aReadThroughAViewThatHasEndedFailsOrShowsPoison() throws Exception {
    fill(100);
    ByteBuffer next = buffer.next(99);
    ByteBuffer until = buffer.until((byte) 0);
    assertThat(next.get(98)).isZero();
    buffer.release();
    assertEnded(next);
    assertEnded(until);
  }

  private static void assertEnded(ByteBuffer view) {
    if (VIEWS_CLOSE) {
      assertThatThrownBy(() -> view.get(0)).isInstanceOf(IllegalStateException.class);
    } else {
      assertThat(view.get(0)).isEqualTo(Poison.BYTE);
    }
  }

  @Test
  void viewsEndWithCloseAndWithAppend() throws Exception {
    fill(100);
    ByteBuffer view = buffer.next(100);
    buffer.close();
    assertEnded(view);
    fill(100);
    ByteBuffer moved = buffer.peek(10);
    LinkedBuffer other = new LinkedBuffer(pool);
    other.append(buffer);
    other.close();
    assertEnded(moved);
  }

  @Test
  void aPageIsPoisonedOnRelease() {
    PooledPage page = pool.page(10);
    ByteBuffer stale = page.memory();
    pool.give(page);
    assertThat(stale.get(0)).isEqualTo(Poison.BYTE);
    assertThat(stale.get(page.size() - 1)).isEqualTo(Poison.BYTE);
  }

  @Test
  void aWriteIntoAReleasedPageIsReportedWithThePlaceOfTheRelease() throws Exception {
    ByteBuffer malloc = buffer.malloc(10);
    buffer.flush();
    buffer.skip(10);
    buffer.release();
    malloc.put(3, (byte) 7);
    fill(10);
    assertThat(reports).hasSize(1);
    LogRecord report = reports.remove();
    assertThat(report.getMessage()).contains("written to after its release, at offset 3");
    assertThat(stack(report)).contains("DebugModeTest");
  }

  @Test
  void aPageGivenBackTwiceIsRefusedWithThePlaceOfTheFirstTime() {
    PooledPage page = pool.page(10);
    pool.give(page);
    assertThatThrownBy(() -> pool.give(page))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("given back already")
        .cause()
        .hasMessage("The page was released here.");
  }

  @Test
  void aSliceThatWasClosedOrAppendedIsNotReleasedOrAppendedAgain() throws Exception {
    fill(100);
    LinkedBuffer closed = buffer.slice(50);
    closed.close();
    closed.close(); // as every AutoCloseable allows
    assertThatThrownBy(closed::release)
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining("closed or appended already")
        .cause()
        .hasMessage("The slice was given back here.");
    LinkedBuffer appended = buffer.slice(50);
    buffer.append(appended);
    appended.close();
    assertThatThrownBy(() -> buffer.append(appended)).isInstanceOf(IllegalStateException.class);
    buffer.flush();
    assertThat(buffer.length()).isEqualTo(50);
  }

  @Test
  void aSliceMayBeWrittenToAgain() throws Exception {
    fill(100);
    LinkedBuffer slice = buffer.slice(100);
    slice.close();
    slice.writeInt(1);
    slice.flush();
    assertThat(slice.readInt()).isEqualTo(1);
    slice.release();
  }

  @Test
  void aBufferThatIsNeverReleasedIsReportedWithThePlaceWhereItWasMade() {
    lose(pool);
    awaitReport();
    LogRecord report = reports.remove();
    assertThat(report.getMessage()).contains("never released");
    assertThat(stack(report)).contains("DebugModeTest.lose");
  }

  private static void lose(PagePool pool) {
    LinkedBuffer lost = new LinkedBuffer(pool);
    lost.writeInt(1);
    lost.flush();
  }

  @Test
  void buffersThatHoldNothingAreNotReported() throws Exception {
    loseReleased(pool);
    lose(pool); // reported last
    awaitReport();
    assertThat(reports).hasSize(1);
  }

  private static void loseReleased(PagePool pool) throws Exception {
    new LinkedBuffer(pool).flush();
    LinkedBuffer released = new LinkedBuffer(pool);
    released.writeInt(1);
    released.flush();
    released.skip(4);
    released.release();
    LinkedBuffer closed = new LinkedBuffer(pool);
    closed.writeInt(1);
    closed.close();
    LinkedBuffer cut = new LinkedBuffer(pool);
    cut.writeInt(1);
    cut.mallocAck(0);
    LinkedBuffer source = new LinkedBuffer(pool);
    source.writeInt(1);
    source.flush();
    released.append(source.slice(4));
    released.close();
    source.release();
  }

  private void awaitReport() {
    long deadline = System.nanoTime() + Duration.ofSeconds(30).toNanos();
    while (reports.isEmpty()) {
      assertThat(System.nanoTime()).as("nothing was reported within 30 s").isLessThan(deadline);
      System.gc();
      new LinkedBuffer(pool).close(); // it is told when another buffer is used
    }
  }

  private static String stack(LogRecord report) {
    StringBuilder lines = new StringBuilder();
    for (StackTraceElement line : report.getThrown().getStackTrace()) {
      lines.append(line).append('\n');
    }
    return lines.toString();
  }
}
