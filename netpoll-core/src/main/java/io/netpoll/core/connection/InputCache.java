package io.netpoll.core.connection;

import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The inputs of a loop's connections that keep their chain while it is empty: those to which bytes
 * came lately. So a busy connection makes no garbage, and of many idle ones all but {@link #LIMIT}
 * have no chain; nothing ticks for that. Leader only.
 *
 * <p>When there is no place left, a hand goes round: an input to which bytes came since it was
 * passed last is spared, the first other one makes room.
 */
final class InputCache {
  static final int LIMIT = 256;
  static final int NOWHERE = -1;

  private @Nullable InputSpace[] inputs = new @Nullable InputSpace[8];
  private int size;
  private int hand;

  /** Takes an input that is not here. */
  void add(InputSpace input) {
    if (size < LIMIT) {
      if (size == inputs.length) {
        inputs = Arrays.copyOf(inputs, size * 2);
      }
      put(size++, input);
    } else {
      put(makeRoom(), input);
    }
  }

  private int makeRoom() {
    for (; ; ) {
      int slot = hand;
      hand = (hand + 1) % LIMIT;
      InputSpace input = at(slot);
      if (!input.takeUsed()) {
        input.cool();
        return slot;
      }
    }
  }

  /** Forgets an input, if it is here. */
  void remove(InputSpace input) {
    int slot = input.cacheSlot();
    if (slot != NOWHERE) {
      size--;
      put(slot, at(size));
      inputs[size] = null;
      input.cool();
    }
  }

  private void put(int slot, InputSpace input) {
    inputs[slot] = input;
    input.cacheSlot(slot);
  }

  private InputSpace at(int slot) {
    return Objects.requireNonNull(inputs[slot]);
  }
}
