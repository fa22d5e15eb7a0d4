package io.netpoll.client;

import io.netpoll.LinkBuffer;
import io.netpoll.ShardQueue;
import io.netpoll.Writer;
import io.netpoll.core.execution.Await;
import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import org.jspecify.annotations.Nullable;

/**
 * A message on its way through an {@link EngineShardQueue}: a link of the queue, and what tells its
 * producer what became of it.
 *
 * <p>The sender decides it once, puts a full fence, and reads the waiter; the waiter publishes
 * itself, puts a full fence, and looks whether it is decided. One of the two sees the other.
 */
final class QueuedMessage implements ShardQueue.Delivery {

  /** Stands in {@link #outcome} for a message that the connection has taken. */
  private static final Object TAKEN = new Object();

  private static final VarHandle OUTCOME;
  private static final VarHandle WAITER;

  static {
    try {
      MethodHandles.Lookup lookup = MethodHandles.lookup();
      OUTCOME = lookup.findVarHandle(QueuedMessage.class, "outcome", Object.class);
      WAITER = lookup.findVarHandle(QueuedMessage.class, "waiter", Thread.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  private final EngineShardQueue queue;
  private final int bytes;

  /** Null as soon as the connection has it, or it was lost. The sender only. */
  private @Nullable LinkBuffer content;

  /** The message that was put before this one or, once the sender has turned them round, after. */
  @Nullable QueuedMessage next;

  /** Null, TAKEN, or the IOException that the queue failed with. Through OUTCOME. */
  @SuppressWarnings("unused")
  private @Nullable Object outcome;

  private volatile @Nullable Thread waiter;

  QueuedMessage(EngineShardQueue queue, LinkBuffer content) {
    this.queue = queue;
    this.content = content;
    this.bytes = content.length();
  }

  int bytes() {
    return bytes;
  }

  // ---- The sender ----------------------------------------------------------------------------

  /** Appends the content to the connection's output; a buffer that cannot be appended is lost. */
  void moveTo(Writer out) {
    LinkBuffer moved = content;
    content = null;
    if (moved != null) {
      try {
        out.append(moved);
      } catch (RuntimeException e) {
        OUTCOME.setRelease(
            this, new IOException("it cannot be appended (" + e.getMessage() + ")", e));
      }
    }
  }

  /** Gives back the memory of a message that was not moved. */
  void drop() {
    LinkBuffer unsent = content;
    content = null;
    if (unsent != null) {
      unsent.close();
    }
  }

  /**
   * Decides messages, drops what was not moved of them, and wakes those that wait for them.
   *
   * @param first of messages in the order of their puts, which are unlinked; null for none
   * @param failure why they were lost; null if the connection has taken them
   * @return how many bytes they had
   */
  static long decide(@Nullable QueuedMessage first, @Nullable IOException failure) {
    Object outcome = failure == null ? TAKEN : failure;
    long bytes = 0;
    for (QueuedMessage each = first; each != null; each = each.next) {
      bytes += each.bytes;
      each.drop();
      if (!each.isDone()) {
        OUTCOME.setRelease(each, outcome);
      }
    }
    VarHandle.fullFence(); // pairs with the one of awaitDecision
    for (QueuedMessage each = first; each != null; ) {
      QueuedMessage following = each.next;
      each.next = null; // a delivery that is kept must not keep others
      Await.wake(each.waiter);
      each = following;
    }
    return bytes;
  }

  // ---- Any thread ----------------------------------------------------------------------------

  @Override
  public boolean isDone() {
    return OUTCOME.getAcquire(this) != null;
  }

  @Override
  public void await() throws IOException {
    if (!isDone()) {
      Await.permit(this::describeWait);
      awaitDecision();
    }
    throwIfLost();
  }

  /** Fails if the message is known to be lost. */
  void throwIfLost() throws IOException {
    if (OUTCOME.getAcquire(this) instanceof IOException failure) {
      throw EngineShardQueue.lost(this, failure);
    }
  }

  private void awaitDecision() throws IOException {
    if (!WAITER.compareAndSet(this, null, Thread.currentThread())) {
      throw new IllegalStateException(
          describeWait()
              + " was refused because another thread waits for it: let one thread wait.");
    }
    try {
      VarHandle.fullFence(); // pairs with the one of decide
      Await.until(this::isDone, Await.Limit.NONE, this::describeWait);
    } finally {
      waiter = null;
    }
  }

  /** What its producer does, for messages. */
  String describePut() {
    return "Putting a message of " + bytes + " bytes for " + queue.peer();
  }

  private String describeWait() {
    return "Waiting until a message of " + bytes + " bytes is taken for " + queue.peer();
  }
}
