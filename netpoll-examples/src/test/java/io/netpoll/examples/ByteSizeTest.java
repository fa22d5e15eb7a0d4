package io.netpoll.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine.TypeConversionException;

class ByteSizeTest {

  @ParameterizedTest
  @CsvSource({"0, 0", "4096, 4096", "16KiB, 16384", "64MiB, 67108864", "1 mib, 1048576"})
  void plainBytesAndSuffixes_areRead(String text, int bytes) {
    assertThat(new ByteSize().convert(text)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "-1", "1.5MiB", "1GiB", "MiB", "12345678901", "2147483647", "2048MiB"})
  void everythingElse_isRefused(String text) {
    assertThatThrownBy(() -> new ByteSize().convert(text))
        .isInstanceOf(TypeConversionException.class)
        .hasMessageContaining("bytes");
  }

  @Test
  void theLargestSize_leavesRoomForTheLengthField() {
    assertThat(new ByteSize().convert("2147483643") + Integer.BYTES).isEqualTo(Integer.MAX_VALUE);
  }
}
