package io.netpoll.it.reliability;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.it.Program;
import io.netpoll.it.Setting;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Containers that take an application out again. Each runs in a virtual machine of its own, and the
 * application is the first one that uses the library there: it starts what the process shares.
 */
@Timeout(120)
class RedeploymentTest {

  static Stream<Arguments> deployments() {
    return Setting.all().stream()
        .flatMap(
            setting ->
                Stream.of("shared", "inside", "inside without its API", Redeployment.SHARED_GROUP)
                    .map(where -> Arguments.of(setting, where)));
  }

  /** Where the container has the library, and where the application brings it, or most of it. */
  @ParameterizedTest
  @MethodSource("deployments")
  void anApplicationThatHasClosedItsGroup_isCollected(Setting setting, String library)
      throws Exception {
    isCollected(setting, library, "false");
  }

  @Test
  void inTheBuffersDebugMode_itIsCollected() throws Exception {
    isCollected(Setting.all().get(0), "inside", "true");
  }

  private static void isCollected(Setting setting, String library, String debug) throws Exception {
    List<String> command =
        List.of(
            "-Dio.netpoll.buffer.debug=" + debug,
            "-Dio.netpoll.poller=" + setting.backend(),
            "-Dio.netpoll.execution=" + setting.execution().mode().label(),
            "-XX:TieredStopAtLevel=1",
            "-XX:+UseSerialGC",
            "-cp",
            System.getProperty("java.class.path"),
            Redeployment.class.getName(),
            setting.backend(),
            setting.execution().mode().label(),
            library);
    try (Program program = Program.java(command)) {
      Program.Outcome outcome = program.outcome();
      assertThat(outcome.out())
          .as("%s", outcome.err())
          .containsExactly(
              "ran with the right loader: [OnConnect, OnDisconnect, OnPrepare, OnRequest,"
                  + " a client's close callback, a close callback, a dial's future, the resolver]",
              "with another one: []",
              "collected",
              "threads have ended");
    }
  }
}
