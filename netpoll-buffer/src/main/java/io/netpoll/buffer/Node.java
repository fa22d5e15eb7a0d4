package io.netpoll.buffer;

import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/**
 * A link of a chain: a range of a page.
 *
 * <pre>
 *   0         read            end             limit      size
 *   | consumed | to be read    | free room      | not ours |
 * </pre>
 *
 * <p>Fields are plain. {@code read} belongs to the reading side, {@code end}, {@code limit} and
 * {@code next} to the writing side. The reader looks at {@code end} and {@code next} only after it
 * acquired the count of published bytes: {@code end} is then at least what that count covers (the
 * writer may be further, so the reader goes by the count), and {@code next} is final if the count
 * covers bytes behind this node.
 */
final class Node {
  final BufferPage page;
  final ByteBuffer memory;
  @Nullable Node next;
  int read;
  int end;
  int limit;

  /** Whether the room behind {@code end} may be written to: not in slices and foreign memory. */
  boolean writable;

  /** Whether the chain that this node is in owns the page's window. */
  boolean ownsWindow;

  Node(BufferPage page) {
    this.page = page;
    this.memory = page.memory();
  }

  /** Makes a node over a part of a page that is held already. The caller holds it once more. */
  static Node over(BufferPage page, int from, int to) {
    Node node = new Node(page);
    node.read = from;
    node.end = to;
    node.limit = to;
    return node;
  }

  /** Makes a node over the next bytes of this one, whose page it holds once more. */
  Node shared(int length) {
    page.hold();
    return over(page, read, read + length);
  }

  /** Readies the own node of a page that was just taken: bytes in [from, to), room behind. */
  static Node filled(BufferPage page, int from, int to) {
    Node node = page.node();
    node.read = from;
    node.end = to;
    node.limit = page.size();
    node.writable = true;
    node.ownsWindow = true;
    return node;
  }

  /** Readies the own node of foreign memory. */
  static Node wrapped(BufferPage page) {
    Node node = page.node();
    node.end = page.size();
    node.limit = page.size();
    node.ownsWindow = true;
    return node;
  }

  /** Whether a node that was made over a part of a page goes on where this one ends. */
  boolean continuesIn(Node other) {
    return page == other.page && end == other.read && !writable && !other.writable;
  }

  int room() {
    return limit - end;
  }

  /** Lets go of the page. The node must not be used any more. */
  void drop() {
    next = null;
    page.letGo();
  }

  /** Drops a node and all behind it. */
  static void dropAll(@Nullable Node from) {
    Node node = from;
    while (node != null) {
      Node next = node.next;
      node.drop();
      node = next;
    }
  }
}
