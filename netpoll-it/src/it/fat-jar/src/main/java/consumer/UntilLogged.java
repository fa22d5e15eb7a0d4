package consumer;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** Does what Main does, and lives until it is logged which backend did it. */
public final class UntilLogged {
  private static final Logger BACKEND = Logger.getLogger("io.netpoll.backend");

  private UntilLogged() {}

  public static void main(String[] args) throws Exception {
    CountDownLatch logged = new CountDownLatch(1);
    BACKEND.setUseParentHandlers(false);
    BACKEND.addHandler(
        new Handler() {
          @Override
          public void publish(LogRecord entry) {
            System.out.println(entry.getLevel() + ": " + entry.getMessage());
            logged.countDown();
          }

          @Override
          public void flush() {}

          @Override
          public void close() {}
        });
    System.out.println(Main.exchange());
    if (!logged.await(20, TimeUnit.SECONDS)) {
      throw new AssertionError("It is not logged which backend is used.");
    }
  }
}
