package io.netpoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.testkit.Eventually;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class ProgressTest {
  private final ByteArrayOutputStream written = new ByteArrayOutputStream();

  private Progress progress(boolean isTerminal) {
    PrintStream out = new PrintStream(written, true, StandardCharsets.UTF_8);
    return new Progress("frames", 400, out, isTerminal);
  }

  private String text() {
    return written.toString(StandardCharsets.UTF_8);
  }

  @Test
  void onATerminal_aLineSaysHowFarItIs_andIsTakenAway() {
    Progress progress = progress(true);
    progress.show();
    for (int i = 0; i < 100; i++) {
      progress.step();
    }
    Eventually.holds("a line is written", () -> !text().isEmpty());
    progress.close();
    assertThat(text()).startsWith("\r\033[K100 of 400 frames (25 %), 100/s").endsWith("\r\033[K");
  }

  @Test
  void elsewhere_nothingIsWritten() {
    Progress progress = progress(false);
    progress.show();
    progress.step();
    progress.close();
    assertThat(text()).isEmpty();
  }
}
