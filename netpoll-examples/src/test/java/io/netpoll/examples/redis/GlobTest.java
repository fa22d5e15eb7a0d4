package io.netpoll.examples.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GlobTest {

  @ParameterizedTest
  @CsvSource({
    "*, '', true",
    "*, abc, true",
    "a*c, abbbc, true",
    "a*c, abbbd, false",
    "a*b*c, aXbYbZc, true",
    "?, a, true",
    "?, '', false",
    "h[ae]llo, hallo, true",
    "h[ae]llo, hillo, false",
    "h[^e]llo, hallo, true",
    "h[^e]llo, hello, false",
    "h[a-c]llo, hbllo, true",
    "h[c-a]llo, hbllo, true",
    "h[a-c]llo, hdllo, false",
    "a\\*, a*, true",
    "a\\*, ab, false",
    "[\\]], ], true",
    "[a, a, true",
    "[, x, false",
    "a\\, a\\, true",
    "'', '', true",
    "'', a, false",
  })
  void aPattern_matchesWhatRedisDoes(String pattern, String text, boolean matches) {
    assertThat(new Glob(pattern).matches(text)).isEqualTo(matches);
  }

  @Test
  @Timeout(60)
  void aPatternOfManyStars_takesNoAge() {
    assertThat(new Glob("a*".repeat(200) + "b").matches("a".repeat(5000))).isFalse();
  }
}
