package io.netpoll.examples.top;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class KeysTest {
  private static final Duration LONG = Duration.ofMinutes(1);

  private static InputStream typed(String keys) {
    return new ByteArrayInputStream(keys.getBytes(StandardCharsets.US_ASCII));
  }

  @Test
  void q_endsTheWaitAtOnce() throws Exception {
    PipedOutputStream keyboard = new PipedOutputStream();
    try (Keys keys = Keys.of(new PipedInputStream(keyboard))) {
      CompletableFuture<Boolean> quit =
          CompletableFuture.supplyAsync(
              () -> {
                try {
                  return keys.isQuitTyped(LONG);
                } catch (Exception e) {
                  throw new AssertionError(e);
                }
              });
      keyboard.write('q');
      assertThat(quit.get(20, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void otherKeys_changeNothing() throws Exception {
    try (Keys keys = Keys.of(typed("abc\n"))) {
      assertThat(keys.isQuitTyped(Duration.ofMillis(60))).isFalse();
    }
    try (Keys keys = Keys.of(typed("xyq"))) {
      assertThat(keys.isQuitTyped(LONG)).isTrue();
    }
  }

  @Test
  void nobodyThere_isTheInterval() throws Exception {
    try (Keys keys = Keys.of(typed(""))) {
      long start = System.nanoTime();
      assertThat(keys.isQuitTyped(Duration.ofMillis(120))).isFalse();
      assertThat(System.nanoTime() - start).isGreaterThanOrEqualTo(110_000_000);
    }
  }
}
