package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.spi.Page;
import io.netpoll.spi.Spans;
import java.util.Iterator;
import java.util.concurrent.ConcurrentLinkedQueue;

/** Flushed bytes in order. Any thread adds to them; the holder of the output token sends them. */
final class UnsentPieces {
  private final ConcurrentLinkedQueue<Piece> pieces = new ConcurrentLinkedQueue<>();
  private int sentOfFirst;

  private record Piece(Page page, int offset, int length) {}

  void add(Page page, int offset, int length) {
    pieces.add(new Piece(page, offset, length));
  }

  boolean isEmpty() {
    return pieces.isEmpty();
  }

  int collect(Spans into) {
    into.clear();
    int skip = sentOfFirst;
    Iterator<Piece> each = pieces.iterator();
    while (each.hasNext() && into.hasRoom()) {
      Piece piece = each.next();
      // A page may be queued more than once here, and one window cannot serve two spans.
      into.add(piece.page, piece.offset + skip, piece.length - skip, false);
      skip = 0;
    }
    return into.bytes();
  }

  void sent(int bytes) {
    assertThat(bytes).as("bytes sent").isPositive();
    int left = bytes + sentOfFirst;
    while (!pieces.isEmpty() && left >= pieces.element().length) {
      left -= pieces.remove().length;
    }
    assertThat(left == 0 || !pieces.isEmpty()).as("no more sent than was collected").isTrue();
    sentOfFirst = left;
  }
}
