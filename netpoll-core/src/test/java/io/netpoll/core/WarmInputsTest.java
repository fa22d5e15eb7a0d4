package io.netpoll.core;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.buffer.PagePool;
import io.netpoll.spi.PollerProvider;
import io.netpoll.spi.Spans;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The test is the leader of a loop that does not run. */
class WarmInputsTest {
  private Harness engine;
  private PollLoop loop;
  private final List<InputSide> inputs = new ArrayList<>();

  @BeforeEach
  void open() throws Exception {
    engine = new Harness(Execution.inline());
    PollerProvider provider = engine.group.provider();
    loop = new PollLoop(engine.group, provider, provider.open(PagePool.shared()));
  }

  @AfterEach
  void close() {
    loop.abandon();
    engine.close();
  }

  private InputSide input() {
    EngineConnection connection =
        new EngineConnection(loop, new ConnectionSettings.Builder().build(null), null);
    inputs.add(connection.in);
    return connection.in;
  }

  private static void receive(InputSide input, int value) {
    Spans spans = new Spans(2);
    while (!input.space(spans)) {
      Thread.onSpinWait(); // memory is being allocated
    }
    spans.buffer(0).put((byte) value);
    input.filled(1);
  }

  private static void use(InputSide input, int value) throws Exception {
    receive(input, value);
    assertThat(input.readByte()).isEqualTo((byte) value);
    input.release();
  }

  private long warm() {
    return inputs.stream().filter(input -> input.warmSlot() != WarmInputs.NOWHERE).count();
  }

  @Test
  void asManyAsTheLimitKeepTheirChain() throws Exception {
    for (int i = 0; i < 3 * WarmInputs.LIMIT; i++) {
      use(input(), i);
      assertThat(warm()).isEqualTo(Math.min(i + 1, WarmInputs.LIMIT));
    }
  }

  @Test
  void oneThatIsInUseStays_amongAnyNumberOfOthers() throws Exception {
    InputSide busy = input();
    use(busy, 0);
    for (int i = 0; i < 3 * WarmInputs.LIMIT; i++) {
      use(busy, i);
      assertThat(busy.warmSlot()).isNotEqualTo(WarmInputs.NOWHERE);
      use(input(), i);
    }
  }

  @Test
  void whatWasReceivedStays_whenItIsWarmNoMore() throws Exception {
    InputSide full = input();
    receive(full, 1);
    for (int i = 0; i < WarmInputs.LIMIT; i++) {
      use(input(), i);
    }
    assertThat(full.warmSlot()).isEqualTo(WarmInputs.NOWHERE);
    receive(full, 2);
    assertThat(full.readShort()).isEqualTo((short) 0x102);
  }

  @Test
  void theCountsGoOnFromChainToChain() throws Exception {
    InputSide input = input();
    for (int i = 0; i < 10; i++) {
      assertThat(input.beginHandlerCall(false)).isEqualTo(i);
      use(input, i);
      loop.warmInputs().remove(input);
      assertThat(input.unread()).isZero();
      assertThat(input.length()).isZero();
    }
  }

  @Test
  void manyThatComeAndGoLeaveNothingBehind() throws Exception {
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < WarmInputs.LIMIT; i++) {
        use(input(), i);
      }
      for (int i = 0; i < inputs.size(); i += 1 + i % 3) {
        loop.warmInputs().remove(inputs.get(i));
        loop.warmInputs().remove(inputs.get(i));
      }
      assertThat(inputs.stream().mapToInt(InputSide::warmSlot).filter(slot -> slot >= 0))
          .doesNotHaveDuplicates();
    }
    inputs.forEach(loop.warmInputs()::remove);
    assertThat(warm()).isZero();
  }
}
