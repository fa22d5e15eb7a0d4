package io.netpoll.buffer;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * What the two sides of a buffer share: the chain of nodes, how much of it is published, and who
 * may touch its last node.
 *
 * <p>One thread writes (the producer), one reads (the consumer); they may be the same. There is no
 * lock. The producer links nodes and fills them, the consumer follows and drops them. They meet at
 * the last node only, the <em>tail</em>: the producer wants to go on filling its room, the consumer
 * wants to give its page back once every published byte is consumed, so that an idle buffer holds
 * no page. One word settles it. It holds the number of bytes ever published, a parity, and a state:
 *
 * <pre>
 *             publish                        claim (CAS)
 *   EMPTY ──────────────► IDLE ────────────────────────────────► CLAIMED
 *     ▲                    │ ▲ ◄──── publish, or nothing written ──┘ │
 *     │   consumer takes   │ │                                       │ consumer is done with it (CAS)
 *     ├──── the tail ──────┘ │                                       ▼
 *     │       (CAS)          └─────────────── publish ──────────── WANTED
 *     │                                                              │
 *     └─────────── nothing written: the producer drops the tail ─────┘
 * </pre>
 *
 * <ul>
 *   <li>EMPTY: no published node. The producer may be making a new chain; nobody else sees it, so
 *       that takes no claim.
 *   <li>IDLE: the tail is there, its last byte is published. Either side may take it by CAS. As the
 *       count is part of the word, the consumer's CAS fails if anything was published since it
 *       looked.
 *   <li>CLAIMED: the producer writes behind the published bytes, in the tail or in new nodes.
 *   <li>WANTED: so it does, but the consumer has consumed all that was published and let go of the
 *       tail. If the producer then publishes nothing, it drops the tail in the consumer's place.
 * </ul>
 *
 * <p>Every published node carries at least one published byte. So a consumer that has consumed
 * everything stands in the tail.
 *
 * <h2>Ordering</h2>
 *
 * {@code publish} stores the word with release; the consumer loads it with acquire before it looks
 * at nodes, and so sees all that was written before. A consumer that takes the tail, or wants it,
 * does so by CAS, which pairs with the producer's acquire in {@code claim} and {@code unclaim}.
 *
 * <p>The producer remembers the tail from publish to claim in one of two slots, chosen by the
 * parity, which changes with each new chain. So the consumer can clear the slot of a chain it took
 * while the producer fills the other; the next chain but one uses it again only after the consumer
 * took another tail, behind that clearing. (A reference left behind would keep a page's slab
 * alive.)
 */
abstract class Chain {
  private static final int EMPTY = 0;
  private static final int IDLE = 1;
  private static final int CLAIMED = 2;
  private static final int WANTED = 3;
  private static final int STATE = 3;
  private static final int PARITY = 4;
  private static final int COUNT_SHIFT = 3;

  private static final VarHandle WORD;
  private static final VarHandle CONSUMED;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      WORD = lookup.findVarHandle(Chain.class, "word", long.class);
      CONSUMED = lookup.findVarHandle(Chain.class, "consumed", long.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  final LeakDetector watch = LeakDetector.of(this);

  /** Published count, parity, state. Through WORD only. */
  @SuppressWarnings("unused")
  private long word;

  /** How many bytes were ever consumed. Written by the consumer (opaque), read by any thread. */
  private long consumed;

  /** The tail of the chain of even parity, from publish to claim. */
  @Nullable Node evenTail;

  @Nullable Node oddTail;

  /**
   * The first node of a chain that the consumer has not entered yet. Written by the producer while
   * EMPTY; cleared by the consumer that enters, after it saw published bytes.
   */
  @Nullable Node entrance;

  /**
   * The tail that the consumer let go of while it was claimed. Written by the consumer before it
   * sets WANTED; cleared by the consumer that comes back, or the producer that drops the tail.
   */
  @Nullable Node parked;

  /** Consumer: the first of the nodes before {@link #head} that are not given back, if any is. */
  @Nullable Node first;

  /** Consumer: the node being read. Null before the first and after the last byte of a chain. */
  @Nullable Node head;

  /** Consumer: up to where the head is known to be published; 0 if nobody has looked. */
  int knownEnd;

  /** Begins without bytes, as if so many had gone through it. For a new buffer. */
  final void startAt(long count) {
    consume(count);
    WORD.setRelease(this, word(count, 0, EMPTY));
  }

  // Any thread.

  final long published() {
    return (long) WORD.getAcquire(this) >>> COUNT_SHIFT;
  }

  final long totalConsumed() {
    return (long) CONSUMED.getOpaque(this);
  }

  // Producer.

  /** Begins with published bytes, all in one node. For a new buffer that no other thread knows. */
  final void startWith(Node only, int bytes) {
    watch.holds();
    entrance = only;
    setTail(0, only);
    WORD.setRelease(this, word(bytes, 0, IDLE));
  }

  /** Claims the tail, if there is one. */
  final @Nullable Node claim() {
    long now = (long) WORD.getAcquire(this);
    if (state(now) == IDLE && WORD.compareAndSet(this, now, now + (CLAIMED - IDLE))) {
      return tail(now);
    }
    return null;
  }

  /** Publishes bytes, at least one, the last of them in {@code tail}, and ends the claim. */
  final void publish(Node tail, long bytes) {
    watch.holds();
    long now = (long) WORD.getOpaque(this);
    setTail(now, tail);
    WORD.setRelease(this, word((now >>> COUNT_SHIFT) + bytes, (int) now & PARITY, IDLE));
  }

  /** Ends the claim of the tail without publishing anything. Its content is as it was. */
  final void unclaim(Node tail) {
    long now = (long) WORD.getAcquire(this);
    if (state(now) == CLAIMED && WORD.compareAndSet(this, now, now - (CLAIMED - IDLE))) {
      return;
    }
    setTail(now, null);
    parked = null;
    tail.drop();
    WORD.setRelease(this, emptied(now));
  }

  // Consumer.

  /** How many bytes can be read. */
  final long available() {
    return ((long) WORD.getAcquire(this) >>> COUNT_SHIFT) - consumed;
  }

  /** How many bytes were consumed before the one to be read next. */
  final long position() {
    return consumed;
  }

  final void consume(long bytes) {
    CONSUMED.setOpaque(this, consumed + bytes);
  }

  /** The node that holds the next byte, which is there: available() was seen to be positive. */
  final Node current() {
    Node node = head;
    return node != null && node.read < node.end ? node : advance(node);
  }

  /** Notes how much of the current node is among the readable bytes, of which there is one. */
  final Node look(long readable) {
    Node node = current();
    knownEnd = (int) Math.min(node.end, node.read + readable);
    return node;
  }

  private Node advance(@Nullable Node exhausted) {
    Node node;
    knownEnd = 0;
    if (exhausted != null) {
      node = exhausted.next;
      if (first == null) {
        first = exhausted;
      }
    } else if (entrance != null) {
      node = entrance;
      entrance = null;
    } else {
      node = parked;
      parked = null;
    }
    if (node == null) {
      throw new IllegalStateException("Two threads read this buffer, or it was closed meanwhile.");
    }
    head = node;
    return node.read < node.end ? node : advance(node);
  }

  /** Gives back what was consumed; all of it, if the producer is not about to go on. */
  final void giveBack() {
    Node node = head;
    if (node == null) {
      return;
    }
    boolean empty = available() == 0;
    if (!empty && node.read == node.end) {
      node = advance(node);
    }
    dropConsumed(node);
    if (empty) {
      retire(node);
    }
  }

  /** Drops the nodes before this one. */
  private void dropConsumed(@Nullable Node end) {
    Node gone = first;
    if (gone != null) {
      first = null;
      while (gone != null && gone != end) {
        Node next = gone.next;
        gone.drop();
        gone = next;
      }
    }
  }

  /** Takes the tail, or asks for it, unless more was published. */
  private void retire(Node tail) {
    while (true) {
      long now = (long) WORD.getAcquire(this);
      if (now >>> COUNT_SHIFT != consumed) {
        return;
      }
      if (state(now) == IDLE) {
        if (WORD.compareAndSet(this, now, emptied(now))) {
          setTail(now, null);
          head = null;
          tail.drop();
          return;
        }
      } else {
        parked = tail;
        if (WORD.compareAndSet(this, now, now + (WANTED - CLAIMED))) {
          head = null;
          return;
        }
        parked = null;
      }
    }
  }

  /**
   * Whether there is no published node: the consumer has released every byte, and changes nothing
   * before others are published. For a producer that has nothing open.
   */
  final boolean isLetGo() {
    return state((long) WORD.getAcquire(this)) == EMPTY;
  }

  // Both sides at once.

  /** Whether it has no published node, as far as the calling side can see. */
  final boolean isEmpty() {
    return head == null && state((long) WORD.getAcquire(this)) == EMPTY;
  }

  /** Whether the chain ends with published bytes: no claim, no chain in the making. */
  final @Nullable Node idleTail() {
    long now = (long) WORD.getAcquire(this);
    return state(now) == IDLE ? tail(now) : null;
  }

  /** Takes the unconsumed part of the chain out, dropping what was consumed; empty afterwards. */
  final @Nullable Node detach() {
    if (available() == 0) {
      dropChain();
      return null;
    }
    Node rest = current();
    dropConsumed(rest);
    forget();
    return rest;
  }

  /** Drops all nodes, published or not. */
  final void dropChain() {
    Node.dropAll(start());
    forget();
  }

  private @Nullable Node start() {
    if (first != null) {
      return first;
    }
    if (head != null) {
      return head;
    }
    return entrance != null ? entrance : parked;
  }

  private void forget() {
    long now = (long) WORD.getAcquire(this);
    evenTail = null;
    oddTail = null;
    entrance = null;
    parked = null;
    first = null;
    head = null;
    consume((now >>> COUNT_SHIFT) - consumed);
    WORD.setRelease(this, emptied(now));
  }

  private @Nullable Node tail(long at) {
    return (at & PARITY) == 0 ? evenTail : oddTail;
  }

  private void setTail(long at, @Nullable Node tail) {
    if ((at & PARITY) == 0) {
      evenTail = tail;
    } else {
      oddTail = tail;
    }
  }

  private static int state(long at) {
    return (int) at & STATE;
  }

  private static long word(long published, int parity, int state) {
    return published << COUNT_SHIFT | parity | state;
  }

  /** The same count, no tail, the other parity. */
  private static long emptied(long at) {
    return word(at >>> COUNT_SHIFT, ~(int) at & PARITY, EMPTY);
  }
}
