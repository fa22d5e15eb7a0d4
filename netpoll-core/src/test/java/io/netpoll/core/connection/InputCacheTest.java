package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.buffer.PagePool;
import io.netpoll.core.group.Harness;
import io.netpoll.spi.Spans;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The test is the leader of a loop that does not run. */
class InputCacheTest {
  private Harness engine;
  private ConnectionLoop loop;
  private final List<ConnectionInput> inputs = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    engine = new Harness(Execution.inline());
    loop = engine.loop(engine.group.provider().open(PagePool.shared()));
  }

  @AfterEach
  void close() {
    loop.abandon();
    engine.close();
  }

  private ConnectionInput input() {
    EngineConnection connection =
        new EngineConnection(loop, new ConnectionSettings.Builder().build(null), null);
    inputs.add(connection.in);
    return connection.in;
  }

  private static void receive(ConnectionInput input, int value) {
    Spans spans = new Spans(2);
    while (!input.space(spans)) {
      Thread.onSpinWait(); // memory is being allocated
    }
    spans.buffer(0).put((byte) value);
    input.filled(1);
  }

  private static void use(ConnectionInput input, int value) throws Exception {
    receive(input, value);
    assertThat(input.readByte()).isEqualTo((byte) value);
    input.release();
  }

  private long warm() {
    return inputs.stream().filter(input -> input.cacheSlot() != InputCache.NOWHERE).count();
  }

  @Test
  void asManyAsTheLimitKeepTheirChain() throws Exception {
    for (int i = 0; i < 3 * InputCache.LIMIT; i++) {
      use(input(), i);
      assertThat(warm()).isEqualTo(Math.min(i + 1, InputCache.LIMIT));
    }
  }

  @Test
  void oneThatIsInUseStays_amongAnyNumberOfOthers() throws Exception {
    ConnectionInput busy = input();
    use(busy, 0);
    for (int i = 0; i < 3 * InputCache.LIMIT; i++) {
      use(busy, i);
      assertThat(busy.cacheSlot()).isNotEqualTo(InputCache.NOWHERE);
      use(input(), i);
    }
  }

  @Test
  void whatWasReceivedStays_whenItIsWarmNoMore() throws Exception {
    ConnectionInput full = input();
    receive(full, 1);
    for (int i = 0; i < InputCache.LIMIT; i++) {
      use(input(), i);
    }
    assertThat(full.cacheSlot()).isEqualTo(InputCache.NOWHERE);
    receive(full, 2);
    assertThat(full.readShort()).isEqualTo((short) 0x102);
  }

  @Test
  void theCountsGoOnFromChainToChain() throws Exception {
    ConnectionInput input = input();
    for (int i = 0; i < 10; i++) {
      assertThat(input.beginHandlerCall(false)).isEqualTo(i);
      use(input, i);
      loop.inputCache().remove(input);
      assertThat(input.unread()).isZero();
      assertThat(input.length()).isZero();
    }
  }

  @Test
  void manyThatComeAndGoLeaveNothingBehind() throws Exception {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < InputCache.LIMIT; i++) {
        use(input(), i);
      }
      for (int i = 0; i < inputs.size(); i += 1 + i % 3) {
        loop.inputCache().remove(inputs.get(i));
        loop.inputCache().remove(inputs.get(i));
      }
      assertThat(inputs.stream().mapToInt(ConnectionInput::cacheSlot).filter(slot -> slot >= 0))
          .doesNotHaveDuplicates();
    }
    inputs.forEach(loop.inputCache()::remove);
    assertThat(warm()).isZero();
  }
}
