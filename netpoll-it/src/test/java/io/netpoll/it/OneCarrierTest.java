package io.netpoll.it;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.netpoll.testkit.LeakCheck;
import java.util.List;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Callers that keep a carrier busy for ever leave room on it for virtual threads of others. */
@ExtendWith(LeakCheck.class)
@Timeout(120)
@EnabledForJreRange(min = JRE.JAVA_21)
class OneCarrierTest {

  @ParameterizedTest
  @ValueSource(strings = {"nio", "epoll"})
  void othersRunBesideCallers(String backend) throws Exception {
    assumeTrue(Setting.all().stream().anyMatch(each -> each.backend().equals(backend)));
    List<String> command =
        List.of(
            "-Djdk.virtualThreadScheduler.parallelism=1",
            "-cp",
            System.getProperty("java.class.path"),
            OneCarrier.class.getName(),
            backend);
    try (Program program = Program.java(command)) {
      assertThat(program.firstLine()).isEqualTo("others that ran: 20");
    }
  }
}
