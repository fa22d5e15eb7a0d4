package io.netpoll.it.reliability;

import io.netpoll.it.Crew;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/** Runs what must not hang: what lasts too long fails, with the stacks of all threads. */
final class Bounded {
  private Bounded() {}

  static void run(Duration limit, Crew.Work work) throws Exception {
    FutureTask<Void> task =
        new FutureTask<>(
            () -> {
              work.run();
              return null;
            });
    Thread thread = new Thread(task, "bounded");
    thread.setDaemon(true);
    thread.start();
    try {
      task.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("It hangs:\n" + stacks());
    } catch (ExecutionException e) {
      if (e.getCause() instanceof Exception failed) {
        throw failed;
      }
      throw new AssertionError(e.getCause().getMessage(), e.getCause());
    }
  }

  private static String stacks() {
    StringBuilder text = new StringBuilder();
    for (Map.Entry<Thread, StackTraceElement[]> each : Thread.getAllStackTraces().entrySet()) {
      text.append(each.getKey()).append(' ').append(each.getKey().getState()).append('\n');
      for (StackTraceElement frame : each.getValue()) {
        text.append("    at ").append(frame).append('\n');
      }
    }
    return text.toString();
  }
}
