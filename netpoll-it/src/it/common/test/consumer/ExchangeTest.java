package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.ArrayList;
import java.util.List;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The program works over the backend that its project expects, and logs what that expects. */
class ExchangeTest {
  private static final Logger LIBRARY = Logger.getLogger("io.netpoll");

  private final List<String> logged = new ArrayList<>();
  private final Handler collecting =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getMessage());
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
      };

  @BeforeEach
  void collect() {
    LIBRARY.addHandler(collecting);
  }

  @AfterEach
  void stop() {
    LIBRARY.removeHandler(collecting);
  }

  @Test
  void itRunsOverTheBackendOfItsProject() throws Exception {
    String backend = System.getProperty("consumer.backend");
    int lines = Integer.getInteger("consumer.logLines");
    assertEquals("echoed hello over " + backend, Main.exchange());
    assertEquals("echoed hello over " + backend, Main.exchange());
    assertEquals(lines, logged.size(), logged::toString);
    assertEquals(lines, logged.stream().filter(line -> line.contains("epoll")).count());
  }
}
