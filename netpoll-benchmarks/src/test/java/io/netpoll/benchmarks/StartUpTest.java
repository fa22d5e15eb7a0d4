package io.netpoll.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** The minimal mains, each in a process of its own. */
@Timeout(120)
class StartUpTest {

  private static List<String> launcher(String... more) {
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String path = System.getProperty("java.class.path");
    return List.of(java, "-cp", more.length == 0 ? path : more[0]);
  }

  @ParameterizedTest
  @EnumSource(names = {"NETPOLL_NIO", "NETTY_NIO", "JDK_BLOCKING"})
  void aServer_answersItsFirstFrame(StartUpServer server) throws Exception {
    assertThat(StartUp.measure(launcher(), server)).isPositive();
  }

  @Test
  void aServerThatEndsByItself_isReportedWithWhatItSaid() {
    assertThatThrownBy(() -> StartUp.measure(launcher("no-such-path"), StartUpServer.NETPOLL_NIO))
        .isInstanceOf(StartUp.EndedException.class)
        .hasMessageContaining("StartUpNetpoll");
  }

  @Test
  void theMedianOfAnOddNumber_isTheMiddleOne() {
    assertThat(StartUpCommand.median(List.of(9.0, 1.0, 3.0))).isEqualTo(3.0);
  }

  @Test
  void theMedianOfAnEvenNumber_liesBetweenTheTwoInTheMiddle() {
    assertThat(StartUpCommand.median(List.of(4.0, 1.0, 9.0, 2.0))).isEqualTo(3.0);
  }
}
