package io.netpoll.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.netpoll.Execution;
import io.netpoll.LinkBuffer;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** The one rule for all system properties. */
class SettingTest {

  @AfterEach
  void clear() {
    List.copyOf(System.getProperties().stringPropertyNames()).stream()
        .filter(name -> name.startsWith("io.netpoll."))
        .forEach(System::clearProperty);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0",
    "' 67108864 ', 67108864",
    "1k, 1024",
    "64m, 67108864",
    "64M, 67108864",
    "2G, 2147483648",
    "1t, 1099511627776",
    "8388607t, 9223370937343148032",
    "9223372036854775807, 9223372036854775807"
  })
  void aSizeHasAUnitOrNone(String value, long bytes) {
    System.setProperty("io.netpoll.buffer.maxDirectMemory", value);
    Setting.checkAll();
    assertThat(Setting.BUFFER_MAX_DIRECT_MEMORY.bytes(-1)).isEqualTo(bytes);
  }

  @ParameterizedTest
  @CsvSource({
    "buffer.maxDirectMemory, 64q",
    "buffer.maxDirectMemory, m",
    "buffer.maxDirectMemory, ''",
    "buffer.maxDirectMemory, -1k",
    "buffer.maxDirectMemory, 8388608t",
    "buffer.maxDirectMemory, 1.5g",
    "loops, abc",
    "loops, 0",
    "loops, ''",
    "loops, 2147483648",
    "maxHeldThreads, abc",
    "maxWorkers, 0",
    "watchDogTickMicros, 0",
    "watchDogTickMicros, 1ms",
    "blockedHandlerAfter, -1",
    "loanMicros, x",
    "loadBalance, fair",
    "execution, fast",
    "lendLoops, yes",
    "buffer.debug, ''",
    "poller, ' '"
  })
  void aValueThatCannotBeRead_isRefusedAtTheFirstUse(String name, String value) {
    System.setProperty("io.netpoll." + name, value);
    assertThatIllegalArgumentException()
        .isThrownBy(LinkBuffer::create)
        .withMessageContainingAll("io.netpoll." + name + " takes ", "\"" + value + "\"");
  }

  @Test
  void valuesAreReadInAnyCase() {
    System.setProperty("io.netpoll.execution", "Inline");
    System.setProperty("io.netpoll.lendLoops", "FALSE ");
    System.setProperty("io.netpoll.loadBalance", "Least_Connections");
    System.setProperty("io.netpoll.loops", " 3");
    Setting.checkAll();
    assertThat(Setting.EXECUTION.choice()).isEqualTo(Execution.Mode.INLINE.label());
    assertThat(Setting.LEND_LOOPS.isOn(true)).isFalse();
    assertThat(Setting.LOAD_BALANCE.choice()).isEqualTo("least_connections");
    assertThat(Setting.LOOPS.number(0)).isEqualTo(3);
  }

  @ParameterizedTest
  @EnumSource(Setting.class)
  void aSettingThatIsNotSet_isFine(Setting setting) {
    assertThat(System.getProperty(setting.property())).isNull();
    Setting.checkAll();
  }

  @Test
  void anUnknownNameIsLoggedOnceWithTheNearest() {
    System.setProperty("io.netpoll.pollr", "nio");
    System.setProperty("io.netpoll.Loops", "2");
    System.setProperty("io.netpoll.maxDirectMemory", "64m");
    System.setProperty("io.netpoll.zzz", "");
    System.setProperty("io.netpollish", "another library's");
    try (Logged logged = new Logged("io.netpoll.settings")) {
      Setting.checkAll();
      Setting.checkAll();
      assertThat(logged.lines())
          .hasSize(4)
          .allMatch(line -> line.startsWith("WARNING: The system property io.netpoll."))
          .anyMatch(line -> line.contains("pollr is") && line.contains("io.netpoll.poller?"))
          .anyMatch(line -> line.contains("Loops is") && line.contains("io.netpoll.loops?"))
          .anyMatch(line -> line.contains("mean io.netpoll.buffer.maxDirectMemory?"))
          .anyMatch(line -> line.contains("zzz is") && line.contains("there are poller, loops, "));
    } finally {
      System.clearProperty("io.netpollish");
    }
  }

  @Test
  void theNearestWordIsTheOneWithTheFewestEdits() {
    List<String> known = List.of("epoll", "nio");
    assertThat(Nearest.to("EPOLL", known)).isEqualTo("epoll");
    assertThat(Nearest.to("epol", known)).isEqualTo("epoll");
    assertThat(Nearest.to("noi", known)).isEqualTo("nio");
    assertThat(Nearest.to("", known)).isNull();
    assertThat(Nearest.to("kqueue", known)).isNull();
  }
}
