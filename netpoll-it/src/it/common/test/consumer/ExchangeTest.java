package consumer;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The program works over the backend that its project expects, and logs what that expects. */
class ExchangeTest {
  private static final Logger LIBRARY = Logger.getLogger("io.netpoll");

  private final List<String> logged = new CopyOnWriteArrayList<>();
  private final CountDownLatch anyLogged = new CountDownLatch(1);
  private final Handler collecting =
      new Handler() {
        @Override
        public void publish(LogRecord entry) {
          logged.add(entry.getMessage());
          anyLogged.countDown();
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
    assertEquals("echoed hello over " + backend, Main.exchange());
    assertEquals("echoed hello over " + backend, Main.exchange());
    assertTrue(anyLogged.await(20, TimeUnit.SECONDS));
    assertEquals(1, logged.size(), logged::toString);
    assertTrue(logged.get(0).startsWith(System.getProperty("consumer.logged")), logged::toString);
  }
}
