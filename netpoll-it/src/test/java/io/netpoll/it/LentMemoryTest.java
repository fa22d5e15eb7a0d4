package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netpoll.LinkBuffer;
import io.netpoll.testkit.LentMemory;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** What {@link LentMemory} tells from what. */
class LentMemoryTest {
  private static final Duration BRIEFLY = Duration.ofMillis(20);
  private static final Duration LONG = Duration.ofSeconds(20);

  @Test
  void aBufferThatIsNotReleased_isTold_untilItIs() throws Exception {
    LentMemory before = LentMemory.now();
    LinkBuffer buffer = LinkBuffer.create();
    buffer.writeInt(1);
    buffer.flush();
    assertThatThrownBy(() -> before.awaitReturn(BRIEFLY))
        .isInstanceOf(AssertionError.class)
        .hasMessageContaining("4096 bytes of buffers more in use");
    LentMemory with = LentMemory.now();
    with.awaitReturn(BRIEFLY);
    buffer.close();
    with.awaitReturn(BRIEFLY);
    before.awaitReturn(LONG);
  }
}
