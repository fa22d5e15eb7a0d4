package io.netpoll.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class EchoRunTest {

  @Test
  void payloads_areRepeatableAndNoTwoAreAlike() {
    Set<ByteBuffer> seen = new HashSet<>();
    for (int connection = 0; connection < 20; connection++) {
      for (int sequence = 0; sequence < 100; sequence++) {
        byte[] payload = EchoRun.payload(connection, sequence, 16);
        assertThat(payload).isEqualTo(EchoRun.payload(connection, sequence, 16));
        assertThat(seen.add(ByteBuffer.wrap(payload))).isTrue();
      }
    }
  }
}
