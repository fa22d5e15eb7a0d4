package io.netpoll.buffer;

import static io.netpoll.jcstress.Attempt.result;

import java.io.EOFException;
import org.openjdk.jcstress.annotations.Actor;
import org.openjdk.jcstress.annotations.Arbiter;
import org.openjdk.jcstress.annotations.Expect;
import org.openjdk.jcstress.annotations.JCStressTest;
import org.openjdk.jcstress.annotations.Outcome;
import org.openjdk.jcstress.annotations.State;
import org.openjdk.jcstress.infra.results.LLI_Result;

/** A page that several buffers hold, on several threads: {@link BufferPage}. */
public final class PageRaces {
  private PageRaces() {}

  /** A buffer with one page, full of the number 7. */
  abstract static class Shared {
    static final int HALF = CountedPage.SIZE / 2;

    final CountedPage counted = new CountedPage();
    final LinkedBuffer buffer;

    Shared() {
      for (int i = 0; i < CountedPage.SIZE; i += Integer.BYTES) {
        counted.page.memory().putInt(i, 7);
      }
      buffer = counted.published(CountedPage.SIZE);
    }

    final LinkedBuffer slice() {
      try {
        return buffer.slice(HALF);
      } catch (EOFException e) {
        throw new IllegalStateException("half a page is there", e);
      }
    }

    /** Reads the first number and lets go of the page: what was read was not overwritten yet. */
    static String readAndClose(LinkedBuffer of) {
      return result(
          () -> {
            int number = of.readInt();
            of.close();
            return number;
          });
    }
  }

  /** Two buffers hold a page and are closed: the last one gives the page back. */
  @JCStressTest
  @State
  @Outcome(id = "7, 7, 1", expect = Expect.ACCEPTABLE, desc = "Given back once, after both read.")
  public static class CloseBesideClose extends Shared {
    private final LinkedBuffer slice = slice();

    @Actor
    public void closeSlice(LLI_Result r) {
      r.r1 = readAndClose(slice);
    }

    @Actor
    public void closeBuffer(LLI_Result r) {
      r.r2 = readAndClose(buffer);
    }

    @Arbiter
    public void finish(LLI_Result r) {
      r.r3 = counted.timesGivenBack();
    }
  }

  /** One slice is closed while the next one is taken. */
  @JCStressTest
  @State
  @Outcome(id = "7, 7, 1", expect = Expect.ACCEPTABLE, desc = "The page stays for the new slice.")
  public static class CloseBesideSlice extends Shared {
    private final LinkedBuffer slice = slice();
    private LinkedBuffer second;

    @Actor
    public void closeSlice(LLI_Result r) {
      r.r1 = readAndClose(slice);
    }

    @Actor
    public void takeSecond() {
      second = slice();
      buffer.release();
    }

    @Arbiter
    public void finish(LLI_Result r) {
      r.r2 = readAndClose(second);
      buffer.close();
      r.r3 = counted.timesGivenBack();
    }
  }
}
