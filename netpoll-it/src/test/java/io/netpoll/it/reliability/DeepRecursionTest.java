package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.it.Program;
import io.netpoll.it.Setting;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A handler whose stack is full ends its own connection, and leaves nothing half-done behind. */
@Timeout(300)
class DeepRecursionTest {
  static Stream<Setting> settings() {
    return Setting.all().stream();
  }

  @ParameterizedTest
  @MethodSource("settings")
  void aFullStack_endsOneConnection_andNothingElse(Setting setting) throws Exception {
    List<String> command =
        List.of(
            "-cp",
            System.getProperty("java.class.path"),
            DeepRecursion.class.getName(),
            setting.backend(),
            setting.execution().mode().label());
    try (Program program = Program.java(command)) {
      List<String> said = program.outcome().out();
      assertThat(said.get(said.size() - 1)).as("%s", said).isEqualTo("well");
    }
  }
}
