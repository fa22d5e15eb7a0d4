package io.netpoll.it.reliability;

import io.netpoll.testkit.Eventually;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.stream.Stream;

/** Keeps what is logged. */
final class Recorder extends Handler {
  private final Queue<LogRecord> records = new ConcurrentLinkedQueue<>();

  @Override
  public void publish(LogRecord entry) {
    records.add(entry);
  }

  private Stream<LogRecord> with(String words) {
    return records.stream().filter(entry -> entry.getMessage().contains(words));
  }

  LogRecord await(String words) {
    Eventually.holds("it is logged: " + words, () -> with(words).findAny().isPresent());
    return with(words).findAny().orElseThrow();
  }

  @Override
  public void flush() {}

  @Override
  public void close() {}
}
