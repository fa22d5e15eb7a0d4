package io.netpoll.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.spi.InputWait;
import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Threads that wait in the system for their own socket, while the poller watches for its end. */
abstract class InputWaitContract extends PollerSuite {
  private static final long BRIEFLY = TimeUnit.MILLISECONDS.toNanos(30);
  private static final long FOR_EVER = Long.MAX_VALUE;

  private InputWait openWait() throws IOException {
    assumeTrue(provider().awaitsInput(), "The backend does not await input.");
    return stage.keep(provider().openInputWait());
  }

  private static Background<Boolean> await(SocketPair pair, InputWait wait) {
    Background<Boolean> waiter = Background.start(() -> pair.handle().awaitInput(wait, FOR_EVER));
    waiter.awaitWaiting();
    return waiter;
  }

  @Test
  void aBackendThatDoesNotAwaitInputSaysSo() {
    assumeTrue(!provider().awaitsInput(), "The backend awaits input.");
    assertThatThrownBy(() -> provider().openInputWait())
        .isInstanceOf(UnsupportedOperationException.class)
        .hasMessageContaining(provider().name());
  }

  @ParameterizedTest
  @EnumSource
  void bytesOrTheEndEndAWait(SocketKind kind) throws Exception {
    InputWait wait = openWait();
    var pair = pair(kind);
    Background<Boolean> forBytes = await(pair, wait);
    pair.peerSends("some");
    assertThat(forBytes.get()).isTrue();
    assertThat(pair.handle().awaitInput(wait, 0)).as("they are still there").isTrue();

    var other = pair(kind);
    Background<Boolean> forTheEnd = await(other, wait);
    other.peer().close();
    assertThat(forTheEnd.get()).isTrue();
  }

  @Test
  void theTimeEndsAWait() throws Exception {
    InputWait wait = openWait();
    var pair = pair();
    long start = System.nanoTime();
    assertThat(pair.handle().awaitInput(wait, BRIEFLY)).isFalse();
    assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(BRIEFLY);
    assertThat(pair.handle().awaitInput(wait, 0)).isFalse();
  }

  @Test
  void aWakeUpEndsTheWaitUnderWay_orTheNextOne_andNoOther() throws Exception {
    InputWait wait = openWait();
    var pair = pair();
    Background<Boolean> waiter = await(pair, wait);
    wait.wakeup();
    assertThat(waiter.get()).isFalse();

    wait.wakeup();
    wait.wakeup();
    assertThat(pair.handle().awaitInput(wait, FOR_EVER)).isFalse();
    long start = System.nanoTime();
    assertThat(pair.handle().awaitInput(wait, BRIEFLY)).isFalse();
    assertThat(System.nanoTime() - start).as("waited").isGreaterThanOrEqualTo(BRIEFLY);
  }

  @Test
  void anInterruptEndsAWait_andTheFlagStaysSet() throws Exception {
    InputWait wait = openWait();
    var pair = pair();
    for (int i = 0; i < 3; i++) {
      AtomicReference<Boolean> flag = new AtomicReference<>();
      Background<Boolean> waiter =
          Background.start(
              () -> {
                boolean found = pair.handle().awaitInput(wait, FOR_EVER);
                flag.set(Thread.interrupted());
                return found;
              });
      waiter.awaitWaiting();
      waiter.interrupt();
      assertThat(waiter.get()).isFalse();
      assertThat(flag).hasValue(true);
    }
    Thread.currentThread().interrupt();
    assertThat(pair.handle().awaitInput(wait, FOR_EVER)).isFalse();
    assertThat(Thread.interrupted()).isTrue();
    Background<Boolean> waiter = await(pair, wait);
    pair.peerSends("some");
    assertThat(waiter.get()).isTrue();
  }

  @Test
  void aWakeUpAfterTheCloseDoesNothing() throws Exception {
    InputWait wait = openWait();
    InputWait closed = provider().openInputWait();
    closed.close();
    closed.wakeup();
    var pair = pair();
    assertThat(pair.handle().awaitInput(wait, BRIEFLY)).isFalse();
  }

  @ParameterizedTest
  @EnumSource
  void thePollerThatWatchesTheEnd_tellsThatAlone(SocketKind kind) throws Exception {
    openWait();
    var pair = pair(kind);
    pair.handle().watchEnd();
    pair.peerSends("some");
    for (int i = 0; i < 10; i++) {
      stage.turn();
    }
    assertThat(pair.endpoint().reads).as("told of bytes").isEmpty();

    pair.peer().shutdownOutput();
    stage.until(() -> !pair.endpoint().events.isEmpty());
    assertThat(pair.endpoint().text()).isEqualTo("some");
    assertThat(pair.endpoint().events).containsExactly("ended");
  }

  @Test
  void aResetIsToldWhereTheEndIsWatched() throws Exception {
    openWait();
    var pair = pair(SocketKind.TCP);
    pair.handle().watchEnd();
    SocketKind.TCP.reset(pair.peer());
    stage.until(() -> !pair.endpoint().events.isEmpty());
    assertThat(pair.endpoint().events).containsExactly("failed");
  }

  @Test
  void inputThatIsResumedIsToldAgain() throws Exception {
    openWait();
    var pair = pair();
    pair.handle().watchEnd();
    pair.peerSends("some");
    stage.turn();
    pair.handle().resumeInput();
    stage.until(() -> pair.endpoint().text().equals("some"));
  }

  @Test
  void aSocketThatThePollerClosesByForce_isNotAnothersUnderAWait() throws Exception {
    InputWait wait = openWait();
    var pair = pair();
    Background<Boolean> waiter = await(pair, wait);
    stage.closePoller();
    assertThat(pair.endpoint().events).containsExactly("closed");
    assertThat(waiter.isDone()).as("the wait goes on, on a socket that is still there").isFalse();
    wait.wakeup();
    waiter.get();
  }
}
