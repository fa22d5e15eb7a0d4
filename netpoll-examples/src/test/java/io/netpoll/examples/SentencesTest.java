package io.netpoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import org.junit.jupiter.api.Test;

class SentencesTest {

  @Test
  void aMessageOfSeveralLines_becomesOneLine() {
    assertThat(Sentences.sentence(new IOException("No backend:\n  epoll: no\n  nio: no")))
        .isEqualTo("No backend: epoll: no nio: no.");
  }

  @Test
  void aMissingMessage_isReplacedByTheKindOfFailure() {
    assertThat(Sentences.sentence(new IllegalStateException()))
        .isEqualTo("Failed with IllegalStateException.");
  }

  @Test
  void anAddress_isNamedOnce() {
    assertThat(
            Sentences.because(
                "Cannot connect to", "127.0.0.1:1", new ConnectException("Connection refused")))
        .isEqualTo("Cannot connect to 127.0.0.1:1: Connection refused.");
    assertThat(
            Sentences.because(
                "Cannot connect to", "127.0.0.1:1", new IOException("127.0.0.1:1 refused.")))
        .isEqualTo("127.0.0.1:1 refused.");
  }
}
