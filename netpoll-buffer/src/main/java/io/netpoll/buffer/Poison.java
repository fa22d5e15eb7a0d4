package io.netpoll.buffer;

import java.nio.ByteBuffer;

/**
 * What fills a page that was released, in debug mode: reading through a view that has ended shows
 * it, and writing through one is reported when the page is lent again.
 */
final class Poison {
  static final byte BYTE = (byte) 0xDB;

  private static final int CHUNK = 4 << 10;
  private static final ByteBuffer FILLED = filled();

  private Poison() {}

  private static ByteBuffer filled() {
    ByteBuffer chunk = ByteBuffer.allocateDirect(CHUNK);
    for (int i = 0; i < CHUNK; i++) {
      chunk.put(i, BYTE);
    }
    return chunk;
  }

  /** Fills a page that is given back, and remembers where that was. */
  static void spread(PooledPage page) {
    ByteBuffer memory = page.memory();
    for (int at = 0; at < page.size(); at += CHUNK) {
      memory.put(at, FILLED, 0, Math.min(CHUNK, page.size() - at));
    }
    page.released = new Throwable("The page was released here.");
  }

  /** Looks for bytes of a page that were changed since it was given back. */
  static void check(PooledPage page) {
    Throwable released = page.released;
    if (released == null) {
      return; // the first time that it is lent
    }
    page.released = null;
    for (int at = 0; at < page.size(); at += CHUNK) {
      int run = Math.min(CHUNK, page.size() - at);
      int changed = page.memory().slice(at, run).mismatch(FILLED.slice(0, run));
      if (changed >= 0) {
        LeakDetector.report(
            "A page of "
                + page.size()
                + " bytes was written to after its release, at offset "
                + (at + changed)
                + ": let no view and no malloc be used after it has ended.",
            released);
        return;
      }
    }
  }
}
