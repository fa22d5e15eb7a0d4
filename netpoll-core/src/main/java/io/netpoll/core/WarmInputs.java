package io.netpoll.core;

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
final class WarmInputs {
  static final int LIMIT = 256;
  static final int NOWHERE = -1;

  private @Nullable InputSide[] inputs = new @Nullable InputSide[8];
  private int size;
  private int hand;

  /** Takes an input that is not here. */
  void add(InputSide input) {
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
      InputSide input = at(slot);
      if (!input.takeUsed()) {
        input.cool();
        return slot;
      }
    }
  }

  /** Forgets an input, if it is here. */
  void remove(InputSide input) {
    int slot = input.warmSlot();
    if (slot != NOWHERE) {
      size--;
      put(slot, at(size));
      inputs[size] = null;
      input.cool();
    }
  }

  private void put(int slot, InputSide input) {
    inputs[slot] = input;
    input.warmSlot(slot);
  }

  private InputSide at(int slot) {
    return Objects.requireNonNull(inputs[slot]);
  }
}
