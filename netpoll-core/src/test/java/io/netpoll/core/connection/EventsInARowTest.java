package io.netpoll.core.connection;

import static org.assertj.core.api.Assertions.assertThat;

import io.netpoll.Execution;
import io.netpoll.LoopStats;
import io.netpoll.Reader;
import io.netpoll.core.group.Harness;
import io.netpoll.testkit.Eventually;
import io.netpoll.testkit.FakeNetworkCheck;
import io.netpoll.testkit.FakePeer;
import io.netpoll.testkit.LeakCheck;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/** How many events of a batch come before the handlers that they are for. */
@ExtendWith({LeakCheck.class, FakeNetworkCheck.class})
@Timeout(60)
class EventsInARowTest {

  @Test
  void smallRequestsOfSeveralConnectionsAreReadBeforeTheirHandlersRun() throws Exception {
    assertThat(whatTheFirstHandlerSees(1).reads()).isEqualTo(3);
  }

  @Test
  void theHandlerOfALargeRequestRunsBeforeTheNextConnectionIsRead() throws Exception {
    int large = 40 << 10;
    assertThat(whatTheFirstHandlerSees(large).bytesRead()).isLessThanOrEqualTo(1 + large);
  }

  /** Has a handler hold the loop until two others have sent so many bytes each. */
  private static LoopStats whatTheFirstHandlerSees(int bytes) throws Exception {
    CountDownLatch held = new CountDownLatch(1);
    CountDownLatch goOn = new CountDownLatch(1);
    List<LoopStats> seen = new CopyOnWriteArrayList<>();
    try (Harness engine = new Harness(Execution.inline())) {
      engine.serve(
          s ->
              s.onRequest(
                  c -> {
                    Reader reader = c.reader();
                    reader.skip(reader.length());
                    if (held.getCount() > 0) {
                      held.countDown();
                      goOn.await();
                    } else {
                      seen.add(engine.group.loopStats().get(0));
                    }
                  }));
      FakePeer first = engine.dial();
      FakePeer second = engine.dial();
      engine.dial().send("h");
      held.await();
      first.send("x".repeat(bytes));
      second.send("x".repeat(bytes));
      goOn.countDown();
      Eventually.holds("a handler ran", () -> !seen.isEmpty());
    }
    return seen.get(0);
  }
}
